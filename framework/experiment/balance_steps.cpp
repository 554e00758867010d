#include "experiment/balance_steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "balance/gram.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

double norm_of(std::span<const double> x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

class Steps {
 public:
  Steps(Balancer& method, const std::string& name, const BalanceConventions& conventions,
        const Matrix& rows, const std::vector<double>& losses, Index seed)
      : method_(method),
        name_(name),
        conventions_(conventions),
        tasks_(static_cast<std::size_t>(rows.rows)),
        columns_(static_cast<std::size_t>(rows.columns)),
        rows_(rows),
        losses_(losses),
        random_(static_cast<std::uint64_t>(seed), "balance/" + name) {
    form_gram();
    const bool jacobian = method.needs().jacobian;
    for (std::size_t t = 0; t < tasks_; ++t) {
      const bool zero = gram_[t * tasks_ + t] == 0.0;
      if (zero) result_.zero.push_back(t);
      if (!zero || !method.needs().gram) add_task(t);
    }
    held_.assign(at_hand_.size(), 0.0);
    method.begin({.tasks = tasks_, .parameters = jacobian ? columns_ : 0});
    if (jacobian) pack_rows();
  }

  void take(std::uint64_t step) {
    if (at_hand_.empty()) return;
    if (method_.needs().jacobian) {
      JacobianStep given;
      static_cast<BalanceStep&>(given) = open(step);
      given.jacobian = ConstTensor(
          packed_.data(), {static_cast<Index>(at_hand_.size()), static_cast<Index>(columns_)});
      method_.combine(given, solved_, packed_direction_);
    } else if (step % static_cast<std::uint64_t>(conventions_.every) == 0) {
      const BalanceStep given = open(step);  // first: it sizes solved_
      method_.weigh(given, solved_);
      smooth(step == 0 ? 0.0 : conventions_.smooth);
    }
    if (fallback_.empty()) return;
    ++result_.fallbacks;
    result_.fallback = fallback_;
    fallback_ = {};
  }

  BalanceResult finish() {
    result_.direction.assign(columns_, 0.0);
    result_.weights.assign(tasks_, 0.0);
    if (at_hand_.empty()) return std::move(result_);
    const bool own = method_.needs().jacobian;
    const std::vector<double>& found = own ? solved_ : held_;
    for (std::size_t i = 0; i < at_hand_.size(); ++i) {
      result_.weights[at_hand_[i]] = own ? found[i] / lengths_[i] : found[i];
    }
    if (own) {
      scale_direction();
    } else {
      scale_weights();
    }
    return std::move(result_);
  }

 private:
  void form_gram() {
    gram_.resize(tasks_ * tasks_);
    for (std::size_t i = 0; i < tasks_; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const std::span<const double> a = row(i), b = row(j);
        const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
        gram_[i * tasks_ + j] = gram_[j * tasks_ + i] = product;
      }
      if (!std::isfinite(gram_[i * tasks_ + i])) {
        throw DataError(text::cat("[balance] row ", i,
                                  ": expected numbers whose squares add up to less than 1.8e308, "
                                  "found larger ones"));
      }
    }
  }

  // A length that `normalise` would divide by zero is 1.
  void add_task(std::size_t t) {
    const std::string& by = conventions_.normalise;
    double length = 1.0;
    if (by == "l2" || by == "loss_l2") length *= std::sqrt(gram_[t * tasks_ + t]);
    if ((by == "loss" || by == "loss_l2") && losses_[t] > 0.0) length *= losses_[t];
    at_hand_.push_back(t);
    lengths_.push_back(length > 0.0 ? length : 1.0);
    own_losses_.push_back(losses_[t]);
  }

  void pack_rows() {
    for (std::size_t i = 0; i < at_hand_.size(); ++i) {
      for (const double x : row(at_hand_[i])) {
        packed_.push_back(static_cast<real>(x / lengths_[i]));
        if (std::isfinite(packed_.back())) continue;
        throw DataError(text::cat("[balance] row ", at_hand_[i],
                                  ": expected numbers within float32, which '", name_,
                                  "' works in, found ", text::number(x / lengths_[i])));
      }
    }
    packed_direction_.resize(columns_);
  }

  BalanceStep open(std::uint64_t step) {
    const std::size_t n = at_hand_.size();
    own_gram_.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        own_gram_[i * n + j] =
            gram_[at_hand_[i] * tasks_ + at_hand_[j]] / lengths_[i] / lengths_[j];
      }
    }
    solved_.assign(n, std::numeric_limits<double>::quiet_NaN());
    BalanceStep given{.losses = own_losses_, .random = &random_, .tasks = at_hand_};
    if (method_.needs().gram) given.gram = own_gram_;
    given.all_tasks = tasks_;
    given.step = given.epoch = step;
    given.fallback = &fallback_;
    return given;
  }

  void smooth(double keep) {
    for (std::size_t i = 0; i < at_hand_.size(); ++i) {
      const double weight = solved_[i] / lengths_[i];
      if (!std::isfinite(weight)) {
        throw RunFailure(text::cat("[balance] expected finite weights from '", name_, "', found ",
                                   text::number(weight), " for task ", at_hand_[i]));
      }
      held_[i] = keep * held_[i] + (1.0 - keep) * weight;
    }
  }

  // The sum is over the tasks at hand alone; the others have weight 0.
  void scale_weights() {
    std::vector<double>& w = result_.weights;
    if (conventions_.scale == "norm_of_equal") {
      conventions_.apply_scale(gram_, w);
    } else {
      std::vector<double> own;
      for (const std::size_t t : at_hand_) own.push_back(w[t]);
      conventions_.apply_scale({}, own);
      for (std::size_t i = 0; i < own.size(); ++i) w[at_hand_[i]] = own[i];
    }
    const double factor = conventions_.clip_factor(gram::norm(gram_, w));
    for (double& weight : w) weight *= factor;
    for (std::size_t t = 0; t < tasks_; ++t) {
      for (std::size_t k = 0; k < columns_; ++k) result_.direction[k] += w[t] * row(t)[k];
    }
  }

  // A direction of its own has no weights to rescale to a sum; its norm can be set.
  void scale_direction() {
    for (std::size_t k = 0; k < columns_; ++k) {
      result_.direction[k] = static_cast<double>(packed_direction_[k]);
    }
    double norm = norm_of(result_.direction), factor = 1.0;
    if (conventions_.scale == "norm_of_equal" && norm > 0.0) {
      const std::vector<double> ones(tasks_, 1.0);
      const double equal = gram::norm(gram_, ones);
      if (equal > 0.0) factor = equal / norm;
    }
    factor *= conventions_.clip_factor(factor * norm);
    for (double& x : result_.direction) x *= factor;
    for (double& weight : result_.weights) weight *= factor;
    if (!std::ranges::all_of(solved_, [](double w) { return std::isfinite(w); })) {
      result_.weights.clear();
    }
  }

  std::span<const double> row(std::size_t t) const {
    return std::span(rows_.numbers).subspan(t * columns_, columns_);
  }

  Balancer& method_;
  const std::string& name_;
  const BalanceConventions& conventions_;
  std::size_t tasks_, columns_;
  const Matrix& rows_;
  const std::vector<double>& losses_;
  RandomStream random_;
  std::vector<double> gram_, own_gram_, own_losses_, lengths_, solved_, held_;
  std::vector<std::size_t> at_hand_;
  std::vector<real> packed_, packed_direction_;
  std::string_view fallback_;
  BalanceResult result_;
};

}  // namespace

BalanceResult balance_steps(Balancer& method, const std::string& name,
                            const BalanceConventions& conventions, const Matrix& rows,
                            const std::vector<double>& losses, Index steps, Index seed) {
  Steps run(method, name, conventions, rows, losses, seed);
  for (Index k = 0; k < steps; ++k) run.take(static_cast<std::uint64_t>(k));
  return run.finish();
}

}  // namespace espalier
