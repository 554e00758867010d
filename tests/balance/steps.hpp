#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "balance/method.hpp"

/// Methods with a memory, called step by step without a model.
namespace espalier::test {

struct Outcome {
  std::vector<double> weights;    ///< NaN where `combine` wrote none
  std::vector<double> direction;  ///< of `combine`
  std::string fallback;           ///< the method's sentence, or ""
};

class Steps {
 public:
  /// `begin` is called where `tasks` is not 0.
  explicit Steps(std::string_view name, const std::map<std::string, Option>& options = {},
                 std::size_t tasks = 0, std::size_t parameters = 0)
      : method(method_named(name, options)), all_tasks(tasks) {
    if (tasks != 0) method->begin({.tasks = tasks, .parameters = parameters});
  }

  std::unique_ptr<Balancer> method;
  RandomStream random{1, "balance/test"};
  std::size_t all_tasks;
  std::uint64_t step = 0;  ///< counted
  std::uint64_t epoch = 0;

  /// `weigh`; `tasks` are the positions of the tasks at hand, all where it is empty.
  Outcome weigh(const std::vector<double>& losses, const std::vector<std::size_t>& tasks = {},
                const Rows& rows = {}) {
    Outcome out;
    std::string why;
    const std::vector<double> gram = gram_of(rows);
    out.weights.assign(losses.size(), -7.0);
    BalanceStep s = at(losses, tasks, why);
    s.gram = gram;
    method->weigh(s, out.weights);
    ++step;
    out.fallback = why;
    return out;
  }

  /// `after_update` of the step before.
  void after(const std::vector<double>& losses, const std::vector<std::size_t>& tasks = {}) {
    std::string why;
    BalanceStep s = at(losses, tasks, why);
    s.step = step - 1;
    method->after_update(s);
  }

  /// `combine`; losses default to 1.
  Outcome combine(const Rows& rows, std::vector<double> losses = {},
                  const std::vector<std::size_t>& tasks = {}) {
    Outcome out;
    std::string why;
    if (losses.empty()) losses.assign(rows.size(), 1.0);
    std::vector<real> numbers;
    for (const auto& row : rows) {
      for (const double x : row) numbers.push_back(static_cast<real>(x));
    }
    std::vector<real> direction(rows[0].size(), real{-7});
    out.weights.assign(rows.size(), std::nan(""));
    JacobianStep s{at(losses, tasks, why), {}};
    s.jacobian = {numbers.data(),
                  {static_cast<Index>(rows.size()), static_cast<Index>(direction.size())}};
    method->combine(s, out.weights, direction);
    ++step;
    out.direction.assign(direction.begin(), direction.end());
    out.fallback = why;
    return out;
  }

 private:
  BalanceStep at(const std::vector<double>& losses, const std::vector<std::size_t>& tasks,
                 std::string& why) {
    return {.losses = losses,
            .random = &random,
            .tasks = tasks,
            .all_tasks = all_tasks,
            .step = step,
            .epoch = epoch,
            .steps_per_epoch = 4,
            .fallback = &why};
  }
};

inline void check_near(const std::vector<double>& found, const std::vector<double>& wanted,
                       double epsilon = 1e-12) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] == doctest::Approx(wanted[i]).epsilon(epsilon));
  }
}

inline bool finite(const std::vector<double>& numbers) {
  return std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); });
}

/// `go(steps, k)` makes the k-th step. After some, a fresh method that is given the state goes on
/// bit for bit as the first one does; one that is not given it does not (so the state matters).
inline void check_resumes(const std::function<Steps()>& start,
                          const std::function<Outcome(Steps&, int)>& go, int before = 5) {
  Steps first = start(), resumed = start(), forgetful = start();
  for (int k = 0; k < before; ++k) go(first, k);
  resumed.method->restore(first.method->state());
  CHECK(resumed.method->state() == first.method->state());
  const auto from = first.method->blocks();
  const auto to = resumed.method->blocks();
  REQUIRE(from.size() == to.size());
  for (std::size_t b = 0; b < from.size(); ++b) {
    REQUIRE(from[b].value.shape == to[b].value.shape);
    CHECK(from[b].name == to[b].name);
    std::ranges::copy(from[b].value.span(), to[b].value.data);
  }
  bool matters = false;
  for (Steps* other : {&resumed, &forgetful}) {
    other->random = first.random;
    other->step = first.step;
    other->epoch = first.epoch;
  }
  for (int k = before; k < before + 4; ++k) {
    const Outcome wanted = go(first, k), found = go(resumed, k), other = go(forgetful, k);
    CAPTURE(k);
    CHECK(found.direction == wanted.direction);
    if (finite(wanted.weights)) CHECK(found.weights == wanted.weights);
    matters = matters || other.weights != wanted.weights || other.direction != wanted.direction;
  }
  CHECK(matters);
}

/// Weights, or directions where `combines`, are finite for losses and gradients of every scale,
/// zero rows, absent tasks and T = 1, over several steps of one method.
inline void check_finite(std::string_view name, const std::map<std::string, Option>& options = {},
                         bool combines = false) {
  RandomStream numbers(5, "balance/finite");
  for (const std::size_t tasks : {1U, 2U, 5U}) {
    for (const double scale : {1e-10, 1e-4, 1.0, 1e6, 1e15}) {
      Steps steps(name, options, tasks, 6);
      for (int k = 0; k < 12; ++k) {
        CAPTURE(tasks);
        CAPTURE(scale);
        CAPTURE(k);
        // Every third step has one task only; every fourth a task that is done.
        const std::size_t n = k % 3 == 2 ? 1 : tasks;
        std::vector<std::size_t> at_hand;
        std::vector<double> losses;
        for (std::size_t i = 0; i < n; ++i) {
          at_hand.push_back(tasks - n + i);
          losses.push_back(scale * std::exp(numbers.normal()));
        }
        Rows rows = random_rows(numbers, n, 6, 6, scale);
        if (k % 4 == 3) {
          losses[0] = 0.0;
          rows[0].assign(6, 0.0);
        }
        steps.epoch = static_cast<std::uint64_t>(k) / 2;
        const Outcome out =
            combines ? steps.combine(rows, losses, at_hand) : steps.weigh(losses, at_hand, rows);
        CHECK(finite(combines ? out.direction : out.weights));
        CHECK(finite(steps.method->state()));
        if (steps.method->needs().losses_after_update) steps.after(losses, at_hand);
      }
    }
  }
}

}  // namespace espalier::test
