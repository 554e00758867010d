#include "balance/gradient_record.hpp"

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

constexpr double kLargestCondition = 1e12;  // beyond it rounding decides

double share(double some, double all) { return all > 0.0 ? some / all : 0.0; }

}  // namespace

double GradientRecord::Part::mean_cosine(std::size_t s, std::size_t t, std::size_t tasks) const {
  return share(cosine[s * tasks + t], pairs[s * tasks + t]);
}

double GradientRecord::Part::conflict_share(std::size_t s, std::size_t t, std::size_t tasks) const {
  return share(conflicts[s * tasks + t], pairs[s * tasks + t]);
}

void GradientRecord::add(std::size_t k, std::span<const double> gram, std::size_t stride) {
  while (parts_.size() <= k) {
    const std::vector<double> zero(tasks_ * tasks_, 0.0);
    parts_.push_back({zero, zero, zero});
  }
  Part& part = parts_[k];
  compact_.clear();
  double smallest = HUGE_VAL, largest = 0.0;
  bool any = false, conflict = false;
  std::size_t rows = 0;
  for (std::size_t s = 0; s < tasks_; ++s) {
    const double square = gram[s * stride + s];
    if (!(square > 0.0)) continue;
    ++rows;
    smallest = std::min(smallest, square);
    largest = std::max(largest, square);
    for (std::size_t t = 0; t < tasks_; ++t) {
      const double other = gram[t * stride + t];
      if (!(other > 0.0)) continue;
      compact_.push_back(gram[s * stride + t]);
      if (s == t) continue;
      const double cosine = gram[s * stride + t] / std::sqrt(square * other);
      part.cosine[s * tasks_ + t] += cosine;
      part.pairs[s * tasks_ + t] += 1.0;
      part.conflicts[s * tasks_ + t] += cosine < below_ ? 1.0 : 0.0;
      any = true;
      conflict |= cosine < below_;
    }
  }
  if (!any) return;
  part.steps += 1.0;
  part.conflicting_steps += conflict ? 1.0 : 0.0;
  part.log_norm_ratio += 0.5 * std::log(largest / smallest);
  eigen_.decompose(compact_, rows);
  const double high = eigen_.values().front(), low = eigen_.values().back();
  part.log_condition += std::log(low > high / kLargestCondition ? high / low : kLargestCondition);
}

void GradientRecord::reset() {
  for (Part& part : parts_) {
    for (auto* matrix : {&part.cosine, &part.pairs, &part.conflicts}) {
      std::ranges::fill(*matrix, 0.0);
    }
    part.steps = part.conflicting_steps = part.log_norm_ratio = part.log_condition = 0.0;
  }
}

std::vector<double> GradientRecord::state() const {
  std::vector<double> all;
  for (const Part& part : parts_) {
    for (const auto* matrix : {&part.cosine, &part.pairs, &part.conflicts}) {
      all.insert(all.end(), matrix->begin(), matrix->end());
    }
    for (const double sum :
         {part.steps, part.conflicting_steps, part.log_norm_ratio, part.log_condition}) {
      all.push_back(sum);
    }
  }
  return all;
}

void GradientRecord::restore(std::span<const double> state) {
  parts_.clear();
  const std::size_t square = tasks_ * tasks_;
  for (; state.size() >= part_numbers(); state = state.subspan(part_numbers())) {
    const auto take = [&](std::size_t first) {
      const auto part = state.subspan(first * square, square);
      return std::vector<double>(part.begin(), part.end());
    };
    const auto sums = state.subspan(3 * square);
    parts_.push_back({take(0), take(1), take(2), sums[0], sums[1], sums[2], sums[3]});
  }
}

}  // namespace espalier
