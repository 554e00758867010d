#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "balance/method.hpp"

/// Any method of the table on a given Jacobian, whichever of its functions it has.
namespace espalier::test {

/// The methods of issue 3: the complete list.
inline constexpr std::array<std::string_view, 40> kAllMethods = {"equal",
                                                                 "fixed",
                                                                 "scale_invariant",
                                                                 "uncertainty",
                                                                 "dwa",
                                                                 "rlw",
                                                                 "gls",
                                                                 "imtl_l",
                                                                 "stch",
                                                                 "famo",
                                                                 "pbi",
                                                                 "gradnorm",
                                                                 "mgda",
                                                                 "pcgrad",
                                                                 "gradvac",
                                                                 "cagrad",
                                                                 "nash",
                                                                 "fairgrad",
                                                                 "imtl_g",
                                                                 "imtl",
                                                                 "aligned",
                                                                 "upgrad",
                                                                 "dualproj",
                                                                 "config",
                                                                 "sdmgrad",
                                                                 "modo",
                                                                 "krum",
                                                                 "mgda_ub",
                                                                 "aligned_ub",
                                                                 "graddrop_features",
                                                                 "rotograd",
                                                                 "graddrop",
                                                                 "trimmed_mean",
                                                                 "moco",
                                                                 "db_mtl",
                                                                 "excess",
                                                                 "momentum_config",
                                                                 "auto_lambda",
                                                                 "moml",
                                                                 "forum"};

inline bool has_method(std::string_view name) {
  return std::ranges::any_of(balancer_table(), [&](const auto& e) { return e.name == name; });
}

struct Answer {
  std::vector<double> weights;    ///< empty where the method has none
  std::vector<double> direction;  ///< (P)
};

inline bool all_finite(const std::vector<double>& numbers) {
  return std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); });
}

inline bool is_finite(const Answer& a) { return all_finite(a.weights) && all_finite(a.direction); }

inline double norm_of(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

/// One method with its random stream, at step `step`.
class Trial {
 public:
  /// Whether a Jacobian (as often as asked for) and losses are all that the method needs.
  static bool covers(const Needs& n) { return !n.features && !n.validation; }

  Trial(std::string_view name, std::size_t tasks, std::size_t columns,
        std::map<std::string, Option> options = {})
      : random_(3, "balance/" + std::string(name)) {
    if (name == "fixed" && options.empty()) options = {{"weights", std::vector(tasks, 1.5)}};
    method_ = method_named(name, options);
    method_->begin(
        {.tasks = tasks, .parameters = method_->needs().jacobian ? columns : 0, .blocks = 1});
  }

  /// One step. Losses default to 1, those after an update to something smaller; the cross-Gram is
  /// that of the same batch twice.
  Answer step(const Rows& rows, std::vector<double> losses = {}, std::vector<double> after = {}) {
    if (losses.empty()) losses.assign(rows.size(), 1.0);
    const Needs needs = method_->needs();
    const std::vector<double> gram = gram_of(rows);
    JacobianStep given;
    given.losses = losses;
    given.random = &random_;
    given.step = given.epoch = step_++;
    if (needs.gram) given.gram = gram;
    if (needs.cross_gram) given.cross_gram = gram;
    std::vector<double> product;
    if (needs.cross_product) {
      std::vector<double> u(rows.size());
      method_->probe(given, u);
      product = times(gram, u);
      given.cross_product = product;
    }
    Answer answer;
    answer.weights.assign(rows.size(), std::nan(""));
    if (needs.jacobian) {
      combine(given, rows, answer);
    } else {
      method_->weigh(given, answer.weights);
      answer.direction = direction(rows, answer.weights);
    }
    if (needs.losses_after_update) {
      if (after.empty()) {
        for (const double loss : losses) after.push_back(loss / (1.1 + 0.1 * loss));
      }
      given.losses = after;
      method_->after_update(given);
    }
    return answer;
  }

  Balancer& method() { return *method_; }
  bool drew() const { return random_.position() > 0; }

  /// Another object that goes on where this one is.
  void resume_from(Trial& other) {
    method_->restore(other.method_->state());
    auto own = method_->blocks();
    const auto theirs = other.method_->blocks();
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      std::ranges::copy(theirs[i].value.span(), own.at(i).value.span().begin());
    }
    random_.seek(other.random_.position());
    step_ = other.step_;
  }

 private:
  void combine(JacobianStep& given, const Rows& rows, Answer& answer) {
    std::vector<real> numbers;
    for (const auto& row : rows) {
      for (const double x : row) numbers.push_back(static_cast<real>(x));
    }
    std::vector<real> direction(rows[0].size(), real{-7});
    given.jacobian = ConstTensor(
        numbers.data(), {static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size())});
    method_->combine(given, answer.weights, direction);
    answer.direction.assign(direction.begin(), direction.end());
    const auto& w = answer.weights;
    if (std::ranges::all_of(w, [](double x) { return std::isnan(x); })) answer.weights.clear();
  }

  std::unique_ptr<Balancer> method_;
  RandomStream random_;
  std::uint64_t step_ = 0;
};

/// Names of the table whose method `Trial` covers.
inline std::vector<std::string_view> covered_methods() {
  std::vector<std::string_view> names;
  for (const BalancerEntry& entry : balancer_table()) {
    if (Trial::covers(entry.make()->needs())) names.push_back(entry.name);
  }
  return names;
}

}  // namespace espalier::test
