// Methods that give more than weights: a direction of the trunk, gradients at its output, weights
// found on validation batches.
#include <algorithm>
#include <cmath>
#include <limits>

#include "balance/weigher.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

double norm_of(std::span<const real> x) {
  double total = 0.0;
  for (const real v : x) total += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(total);
}

void scale(double factor, std::span<real> x) {
  if (factor == 1.0) return;
  for (real& v : x) v = static_cast<real>(factor * static_cast<double>(v));
}

}  // namespace

// The rows at hand, normalised, from the first row on.
void Weigher::pack_rows(const TaskStep& step, const Tensor& rows) {
  lengths_.clear();
  for (std::size_t i = 0; i < at_hand_.size(); ++i) {
    const std::size_t t = at_hand_[i];
    const std::span<real> from = rows.rows(static_cast<Index>(t), 1).span();
    const std::span<real> to = rows.rows(static_cast<Index>(i), 1).span();
    if (from.data() != to.data()) std::ranges::copy(from, to.begin());
    const double norm = norm_of(to);
    if (!std::isfinite(norm)) {
      throw RunFailure(text::cat("[train] expected a finite gradient of task '", names_[t],
                                 "', found ", text::number(norm), " for its norm in step ",
                                 step.step + 1, "; try a smaller learning rate"));
    }
    report_.zero[t] += norm == 0.0 ? 1U : 0U;
    lengths_.push_back(row_length(step.losses[t], norm));
    scale(1.0 / lengths_[i], to);
  }
}

// norm_of_equal and clip. The plain sum is of the gradients before they were normalised.
double Weigher::direction_factor(const TaskStep& /*step*/, const Tensor& rows,
                                 std::span<const real> d) const {
  double factor = 1.0;
  const double own = norm_of(d);
  if (conventions_.scale == "norm_of_equal") {
    double square = 0.0;
    for (std::size_t k = 0; k < d.size(); ++k) {
      double sum = 0.0;
      for (std::size_t i = 0; i < at_hand_.size(); ++i) {
        sum += lengths_[i] * static_cast<double>(rows.data[i * d.size() + k]);
      }
      square += sum * sum;
    }
    if (own > 0.0 && square > 0.0) factor = std::sqrt(square) / own;
  }
  return factor * conventions_.clip_factor(factor * own);
}

void Weigher::combine(const TaskStep& step, const Tensor& rows, std::span<real> direction) {
  count_step(step);
  set_aside(step, {});
  std::ranges::fill(weights_, std::numeric_limits<double>::quiet_NaN());
  std::ranges::fill(heads_, 1.0);
  std::ranges::fill(direction, real{0});
  if (at_hand_.empty()) return;
  pack_rows(step, rows);
  JacobianStep given;
  static_cast<BalanceStep&>(given) = open(step, {});
  given.jacobian = rows.rows(0, static_cast<Index>(at_hand_.size()));
  method_.combine(given, solved_, direction);
  note_fallback();
  scale(direction_factor(step, rows, direction), direction);
  for (std::size_t i = 0; i < at_hand_.size(); ++i) {
    const std::size_t t = at_hand_[i];
    weights_[t] = solved_[i] / lengths_[i];
    heads_[t] = head_factor(step.losses[t], weights_[t]);
  }
}

void Weigher::combine_features(const TaskStep& step, const FeatureStep& given) {
  count_step(step);
  set_aside(step, {});
  std::ranges::fill(weights_, std::numeric_limits<double>::quiet_NaN());
  std::ranges::fill(heads_, 1.0);
  if (at_hand_.empty()) return;
  lengths_.assign(at_hand_.size(), 1.0);
  std::vector<ConstTensor> features, rotated;
  std::vector<Tensor> gradients, rotations;
  for (const std::size_t t : at_hand_) {
    features.push_back(given.features[t]);
    gradients.push_back(given.gradients[t]);
    if (given.rotations.empty()) continue;
    rotations.push_back(given.rotations[t]);
    rotated.push_back(given.rotated_gradients[t]);
  }
  FeatureStep own = given;
  static_cast<BalanceStep&>(own) = open(step, {});
  own.features = features;
  own.gradients = gradients;
  own.rotations = rotations;
  own.rotated_gradients = rotated;
  method_.combine_features(own, solved_);
  note_fallback();
  for (std::size_t i = 0; i < at_hand_.size(); ++i) {
    const std::size_t t = at_hand_[i];
    weights_[t] = solved_[i];
    heads_[t] = head_factor(step.losses[t], weights_[t]);
  }
}

void Weigher::solve(const TaskStep& step, BilevelProblem& problem) {
  count_step(step);
  at_hand_.clear();
  for (std::size_t t = 0; t < tasks_; ++t) at_hand_.push_back(t);
  lengths_.assign(tasks_, 1.0);
  if (due(step.step)) {
    const BalanceStep given = open(step, {});
    method_.solve(problem, given, solved_);
    note_fallback();
    take(solved_, 0);
  }
  trunk_ = held_;
  scale_and_clip(step);
  write_weights();
}

void Weigher::after_update(const TaskStep& step) {
  set_aside(step, {});
  if (at_hand_.empty()) return;
  lengths_.assign(at_hand_.size(), 1.0);
  method_.after_update(open(step, {}));
}

namespace {

void put(std::vector<double>& to, std::uint64_t count) { to.push_back(static_cast<double>(count)); }

}  // namespace

// Counts stay far below 2^53, where every integer is a double.
std::vector<double> Weigher::state() const {
  std::vector<double> all = method_.state();
  all.insert(all.begin(), static_cast<double>(all.size()));
  put(all, random_.position());
  all.insert(all.end(), held_.begin(), held_.end());
  for (const char known : known_) all.push_back(known);
  put(all, report_.steps);
  put(all, report_.fallbacks);
  for (const std::uint64_t count : report_.absent) put(all, count);
  for (const std::uint64_t count : report_.zero) put(all, count);
  return all;
}

void Weigher::restore(std::span<const double> state) {
  std::size_t at = 0;
  const auto next = [&] { return state[at++]; };
  const auto count = [&] { return static_cast<std::uint64_t>(next()); };
  const auto own = static_cast<std::size_t>(next());
  method_.restore(state.subspan(at, own));
  at += own;
  random_.seek(count());
  for (double& weight : held_) weight = next();
  for (char& known : known_) known = next() != 0.0 ? 1 : 0;
  report_.steps = count();
  report_.fallbacks = count();
  for (std::uint64_t& absent : report_.absent) absent = count();
  for (std::uint64_t& zero : report_.zero) zero = count();
}

}  // namespace espalier
