// What every method of the table must hold, and what some of them claim (as TorchJD documents and
// tests it): non-conflicting, linear under scaling, strongly stationary.
#include <doctest/doctest.h>

#include "balance/every_method.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

struct Claim {
  std::string_view method;
  std::map<std::string, Option> options = {};
};

std::vector<double> some_losses(RandomStream& random, std::size_t tasks) {
  std::vector<double> losses(tasks);
  for (double& loss : losses) loss = std::exp(random.normal());
  return losses;
}

template <class Items>
Items permuted(const Items& items, const std::vector<Index>& order) {
  Items moved;
  for (const Index from : order) moved.push_back(items[static_cast<std::size_t>(from)]);
  return moved;
}

Rows scaled(const Rows& rows, const std::vector<double>& by) {
  Rows all = rows;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (double& x : all[t]) x *= by[t];
  }
  return all;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> d = a;
  for (std::size_t i = 0; i < d.size(); ++i) d[i] -= b[i];
  return norm_of(d);
}

bool same(const Answer& a, const Answer& b) {
  return a.weights == b.weights && a.direction == b.direction;
}

struct Size {
  std::size_t tasks, columns, rank;
};

/// As TorchJD's tests have them, with a few of our own.
const std::vector<Size> kSizes = {{1, 1, 1}, {1, 5, 1},  {2, 3, 1},  {2, 6, 2},   {4, 3, 2},
                                  {4, 8, 4}, {9, 11, 5}, {9, 11, 9}, {20, 30, 19}};

}  // namespace

TEST_CASE("every method of the issue is in the table, and no other") {
  for (const std::string_view name : kAllMethods) {
    CAPTURE(name);
    CHECK(has_method(name));
  }
  for (const BalancerEntry& entry : balancer_table()) {
    CAPTURE(entry.name);
    CHECK(std::ranges::count(kAllMethods, entry.name) == 1);
  }
}

TEST_CASE("methods stay finite from 1e-10 to 1e15 and with zero rows") {
  for (const std::string_view name : covered_methods()) {
    RandomStream numbers(1, "rows");
    for (const double scale : {1e-10, 1e-5, 1.0, 1e5, 1e10, 1e15}) {
      for (const Size& size : kSizes) {
        const std::size_t tasks = size.tasks, columns = size.columns, rank = size.rank;
        CAPTURE(name);
        CAPTURE(scale);
        CAPTURE(tasks);
        CAPTURE(rank);
        Rows rows = random_rows(numbers, tasks, columns, rank, scale);
        Trial whole(name, tasks, columns), zeros(name, tasks, columns),
            uneven(name, tasks, columns);
        std::vector<double> by(tasks, 1.0);
        by.back() = 1e-8;
        for (int step = 0; step < 3; ++step) {
          const std::vector<double> losses = some_losses(numbers, tasks);
          CHECK(is_finite(whole.step(rows, losses)));
          CHECK(is_finite(uneven.step(scaled(rows, by), losses)));
        }
        rows[0].assign(columns, 0.0);
        if (tasks > 3) rows[2] = rows[0];
        for (int step = 0; step < 3; ++step) CHECK(is_finite(zeros.step(rows)));
      }
    }
  }
}

TEST_CASE("methods stay finite for zero, equal and opposite rows") {
  const std::vector<Rows> cases = {{{0, 0}},
                                   {{0, 0}, {0, 0}},
                                   {{1, 2}, {1, 2}},
                                   {{1, 2}, {-1, -2}},
                                   {{1, 2}, {-1, -2}, {0, 0}},
                                   {{1, 0}, {0, 1}, {-1, -1}},
                                   {{1, 2}, {1, 2}, {1, 2}, {-1, -2}}};
  for (const std::string_view name : covered_methods()) {
    CAPTURE(name);
    for (const Rows& rows : cases) {
      Trial trial(name, rows.size(), 2);
      for (int step = 0; step < 4; ++step) CHECK(is_finite(trial.step(rows)));
    }
  }
}

TEST_CASE("one task goes down its own gradient") {
  const Rows rows = {{3, -4, 12}};
  for (const std::string_view name : covered_methods()) {
    CAPTURE(name);
    Trial trial(name, 1, 3);
    const Answer answer = trial.step(rows, {0.7});
    CHECK(is_finite(answer));
    const std::vector<double>& d = answer.direction;
    CHECK(std::inner_product(d.begin(), d.end(), rows[0].begin(), 0.0) > 0.0);
  }
}

TEST_CASE("methods that draw nothing do not know the order of the tasks") {
  int checked = 0;
  for (const std::string_view name : covered_methods()) {
    CAPTURE(name);
    RandomStream numbers(2, "rows");
    for (const std::size_t tasks : {5U, 7U}) {
      const Rows rows = random_rows(numbers, tasks, 12, 12);
      const std::vector<double> losses = some_losses(numbers, tasks);
      Trial plain(name, tasks, 12);
      plain.step(rows, losses);
      if (plain.drew()) continue;
      ++checked;
      std::vector<Index> order(tasks);
      std::iota(order.begin(), order.end(), Index{0});
      shuffle(order, numbers);
      Trial mixed(name, tasks, 12), again(name, tasks, 12);
      for (int step = 0; step < 3; ++step) {
        const Answer a = again.step(rows, losses);
        const Answer b = mixed.step(permuted(rows, order), permuted(losses, order));
        CHECK(distance(a.direction, b.direction) <= 1e-5 * norm_of(a.direction));
        if (a.weights.empty()) continue;
        CHECK(distance(permuted(a.weights, order), b.weights) <= 1e-5 * norm_of(a.weights));
      }
    }
  }
  CHECK(checked > 0);
}

TEST_CASE("equal objects give equal answers, and a restored one goes on where the other was") {
  for (const std::string_view name : covered_methods()) {
    CAPTURE(name);
    RandomStream numbers(4, "rows");
    constexpr std::size_t kTasks = 4, kColumns = 7;
    Trial first(name, kTasks, kColumns), second(name, kTasks, kColumns);
    const auto input = [&] {
      return std::pair(random_rows(numbers, kTasks, kColumns, kTasks),
                       some_losses(numbers, kTasks));
    };
    for (int step = 0; step < 3; ++step) {
      const auto [rows, losses] = input();
      CHECK(same(first.step(rows, losses), second.step(rows, losses)));
    }
    Trial resumed(name, kTasks, kColumns);
    resumed.resume_from(first);
    for (int step = 0; step < 3; ++step) {
      const auto [rows, losses] = input();
      CHECK(same(first.step(rows, losses), resumed.step(rows, losses)));
    }
  }
}

TEST_CASE("non-conflicting methods worsen no task") {
  const std::vector<Claim> claims = {
      {"mgda"},     {"upgrad", {{"epsilon", 0.0}}}, {"dualproj", {{"epsilon", 0.0}}}, {"nash"},
      {"fairgrad"}, {"cagrad", {{"c", 1.0}}},       {"cagrad", {{"c", 2.0}}}};
  for (const Claim& claim : claims) {
    if (!has_method(claim.method)) continue;
    CAPTURE(claim.method);
    RandomStream numbers(5, "rows");
    int conflicts = 0;
    for (const Size& size : kSizes) {
      const std::size_t tasks = size.tasks, columns = size.columns, rank = size.rank;
      // Of dependent rows these two have no solution.
      if (rank < tasks && (claim.method == "nash" || claim.method == "fairgrad")) continue;
      for (int trial = 0; trial < 10; ++trial) {
        CAPTURE(tasks);
        const Rows rows = random_rows(numbers, tasks, columns, rank);
        const Answer answer = Trial(claim.method, tasks, columns, claim.options).step(rows);
        double worst = 0.0, all = 0.0;
        for (const auto& row : rows) {
          const double along =
              std::inner_product(row.begin(), row.end(), answer.direction.begin(), 0.0);
          worst = std::min(worst, along);
          all += along * along;
        }
        CHECK(worst >= -4e-4 * (1.0 + std::sqrt(all)));
        for (const double g : gram_of(rows)) conflicts += g < 0.0 ? 1 : 0;
      }
    }
    CHECK(conflicts > 50);
  }
}

TEST_CASE("methods that are linear under scaling follow the rows' lengths") {
  const std::vector<Claim> claims = {{"equal"},  {"fixed"},  {"rlw"},
                                     {"pcgrad"}, {"config"}, {"upgrad", {{"epsilon", 0.0}}}};
  int checked = 0;
  for (const Claim& claim : claims) {
    if (!has_method(claim.method)) continue;
    CAPTURE(claim.method);
    RandomStream numbers(6, "rows");
    for (const std::size_t tasks : {2U, 4U, 9U}) {
      for (int trial = 0; trial < 10; ++trial) {
        const Rows rows = random_rows(numbers, tasks, 12, 12);
        std::vector<double> a(tasks), b(tasks), sum(tasks);
        for (std::size_t t = 0; t < tasks; ++t) {
          a[t] = numbers.uniform();
          b[t] = numbers.uniform();
          sum[t] = 0.7 * a[t] + 0.2 * b[t];
        }
        const auto d = [&](const std::vector<double>& by) {
          return Trial(claim.method, tasks, 12, claim.options).step(scaled(rows, by)).direction;
        };
        const std::vector<double> of_a = d(a), of_b = d(b), found = d(sum);
        std::vector<double> wanted(found.size());
        for (std::size_t k = 0; k < wanted.size(); ++k) wanted[k] = 0.7 * of_a[k] + 0.2 * of_b[k];
        CHECK(distance(found, wanted) <= 1e-5 * norm_of(wanted));
        ++checked;
      }
    }
  }
  CHECK(checked >= 30);
}

TEST_CASE("strongly stationary methods stop only where all tasks can agree to") {
  // Two opposite rows beside independent ones: some w >= 0 makes J'w zero, no w > 0 does.
  RandomStream numbers(7, "rows");
  for (const std::size_t tasks : {3U, 5U, 8U}) {
    for (int trial = 0; trial < 10; ++trial) {
      CAPTURE(tasks);
      Rows rows = random_rows(numbers, tasks, 12, 12);
      for (std::size_t k = 0; k < 12; ++k) rows[1][k] = -0.5 * rows[0][k];
      for (const std::string_view name : {"upgrad", "dualproj", "equal"}) {
        if (!has_method(name)) continue;
        CAPTURE(name);
        CHECK(norm_of(Trial(name, tasks, 12).step(rows).direction) > 5e-3);
      }
      // The contrast: this one is content with any w >= 0.
      if (!has_method("mgda")) continue;
      CHECK(norm_of(Trial("mgda", tasks, 12).step(rows).direction) < 1e-6);
    }
  }
}
