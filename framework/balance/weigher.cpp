#include "balance/weigher.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/gram.hpp"

namespace espalier {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Weigher::Weigher(Balancer& method, std::string_view name, const BalanceConventions& conventions,
                 const std::vector<std::string>& names, std::uint64_t seed)
    : method_(method),
      conventions_(conventions),
      names_(names),
      name_(name),
      random_(seed, text::cat("balance/", name)),
      tasks_(names.size()) {
  report_.absent.assign(tasks_, 0);
  report_.zero.assign(tasks_, 0);
}

void Weigher::begin(BalanceSizes sizes) {
  sizes.tasks = tasks_;
  blocks_ = conventions_.gram == "per_layer" ? sizes.blocks : 1;
  held_.assign(blocks_ * tasks_, 1.0);
  known_.assign(blocks_ * tasks_, 0);
  trunk_ = held_;
  heads_.assign(tasks_, 1.0);
  weights_ = heads_;
  at_hand_.reserve(tasks_);
  lengths_.reserve(tasks_);
  for (std::vector<double>* per_task : {&losses_, &solved_, &product_, &probe_}) {
    per_task->reserve(tasks_);
  }
  for (std::vector<double>* matrix : {&gram_, &cross_}) matrix->reserve(tasks_ * tasks_);
  constexpr std::size_t kSentence = 256;  // a step that falls back allocates nothing
  fallback_.reserve(kSentence);
  report_.last_fallback.reserve(kSentence);
  sizes.blocks = blocks_;
  method_.begin(sizes);
}

// Which tasks the method sees; a gradient of zero length cannot be told a direction.
void Weigher::set_aside(const TaskStep& step, std::span<const double> g) {
  at_hand_.clear();
  for (std::size_t t = 0; t < tasks_; ++t) {
    if (step.present[t] == 0) continue;
    if (!g.empty()) {
      const double square = g[t * tasks_ + t];
      if (!std::isfinite(square)) {
        throw RunFailure(text::cat("[train] expected a finite gradient of task '", names_[t],
                                   "', found ", text::number(square), " for its square in step ",
                                   step.step + 1, "; try a smaller learning rate"));
      }
      if (square == 0.0) {
        ++report_.zero[t];
        continue;
      }
    }
    at_hand_.push_back(t);
  }
}

// What `normalise` divides a row of that norm by. A loss that is not positive divides nothing.
double Weigher::row_length(double loss, double norm) const {
  const std::string& by = conventions_.normalise;
  double length = 1.0;
  if (by == "l2" || by == "loss_l2") length *= norm;
  if ((by == "loss" || by == "loss_l2") && loss > 0.0) length *= loss;
  return length > 0.0 ? length : 1.0;
}

// The tasks at hand; REQUIRES their lengths.
BalanceStep Weigher::open(const TaskStep& step, std::span<const double> g) {
  const std::size_t n = at_hand_.size();
  losses_.clear();
  gram_.clear();
  cross_.clear();
  product_.clear();
  for (const std::size_t t : at_hand_) losses_.push_back(step.losses[t]);
  for (std::size_t i = 0; i < n; ++i) {
    if (!step.product.empty()) product_.push_back(step.product[at_hand_[i]] / lengths_[i]);
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t at = at_hand_[i] * tasks_ + at_hand_[j];
      const double lengths = lengths_[i] * lengths_[j];
      if (!g.empty()) gram_.push_back(g[at] / lengths);
      if (!step.cross.empty()) cross_.push_back(step.cross[at] / lengths);
    }
  }
  solved_.assign(n, kNone);
  fallback_.clear();
  return {.losses = losses_,
          .gram = gram_,
          .random = &random_,
          .cross_gram = cross_,
          .cross_product = product_,
          .tasks = at_hand_,
          .all_tasks = tasks_,
          .step = step.step,
          .epoch = step.epoch,
          .steps_per_epoch = step.steps_per_epoch,
          .fallback = &fallback_};
}

// Smooths and keeps what was solved.
void Weigher::take(std::span<const double> solved, std::size_t block) {
  for (std::size_t i = 0; i < at_hand_.size(); ++i) {
    const std::size_t at = block * tasks_ + at_hand_[i];
    const double weight = solved[i];
    const double keep = known_[at] != 0 ? conventions_.smooth : 0.0;
    held_[at] = keep * held_[at] + (1.0 - keep) * weight;
    known_[at] = 1;
  }
}

// What the rows at hand are divided by.
void Weigher::measure(const TaskStep& step, std::span<const double> g) {
  lengths_.clear();
  for (const std::size_t t : at_hand_) {
    const double norm = g.empty() ? 1.0 : std::sqrt(g[t * tasks_ + t]);
    lengths_.push_back(row_length(step.losses[t], norm));
  }
}

std::span<const double> Weigher::probe(const TaskStep& step) {
  probe_.assign(tasks_, 0.0);
  set_aside(step, {});
  if (at_hand_.empty()) return probe_;
  measure(step, step.gram);
  const BalanceStep given = open(step, step.gram);
  if (!method_.needs().losses) std::ranges::fill(losses_, kNone);  // perhaps not there yet
  method_.probe(given, solved_);
  for (std::size_t i = 0; i < at_hand_.size(); ++i) {
    probe_[at_hand_[i]] = solved_[i] / lengths_[i];
  }
  return probe_;
}

void Weigher::solve_block(const TaskStep& step, std::size_t block) {
  const std::span<const double> all = step.seen.empty() ? step.gram : step.seen;
  const std::span<const double> g =
      all.empty() ? all : all.subspan(block * tasks_ * tasks_, tasks_ * tasks_);
  set_aside(step, method_.needs().gram ? g : std::span<const double>());
  if (at_hand_.empty()) return;
  measure(step, g);
  BalanceStep given = open(step, g);
  given.block = block;
  method_.weigh(given, solved_);
  note_fallback();
  for (std::size_t i = 0; i < at_hand_.size(); ++i) {
    solved_[i] /= lengths_[i];
    if (std::isfinite(solved_[i])) continue;
    throw RunFailure(text::cat("[balance] expected a finite weight of task '", names_[at_hand_[i]],
                               "' from '", name_, "', found ", text::number(solved_[i]),
                               " in step ", step.step + 1));
  }
  take(solved_, block);
}

void Weigher::note_fallback() {
  if (fallback_.empty()) return;
  ++report_.fallbacks;
  report_.last_fallback = fallback_;
}

void Weigher::scale_and_clip(const TaskStep& step) {
  double square = 0.0;
  for (std::size_t k = 0; k < blocks_; ++k) {
    const std::span<double> w = std::span(trunk_).subspan(k * tasks_, tasks_);
    // Held weights need no matrix where neither scale nor clip looks at one.
    const bool by_block = blocks_ > 1 && !step.seen.empty();
    const std::span<const double> g =
        by_block ? step.seen.subspan(k * tasks_ * tasks_, tasks_ * tasks_) : step.gram;
    losses_.clear();  // the weights of the tasks at hand, for a sum over these alone
    for (const std::size_t t : at_hand_) losses_.push_back(w[t]);
    if (conventions_.scale == "norm_of_equal") {
      conventions_.apply_scale(g, w);
    } else {
      conventions_.apply_scale({}, losses_);
      for (std::size_t i = 0; i < at_hand_.size(); ++i) w[at_hand_[i]] = losses_[i];
    }
    if (conventions_.clip > 0.0) square += gram::squared_norm(g, w);
  }
  for (std::size_t t = 0; t < tasks_; ++t) heads_[t] = head_factor(step.losses[t], trunk_[t]);
  const double factor = conventions_.clip_factor(std::sqrt(square));
  if (factor != 1.0) {
    for (double& weight : trunk_) weight *= factor;
  }
}

// The clip is of the trunk alone.
double Weigher::head_factor(double loss, double weight) const {
  if (conventions_.heads == "weighted" && std::isfinite(weight)) return weight;
  if (conventions_.heads == "log" && loss > 0.0) return 1.0 / loss;
  return 1.0;
}

void Weigher::count_step(const TaskStep& step) {
  ++report_.steps;
  for (std::size_t t = 0; t < tasks_; ++t) report_.absent[t] += step.present[t] == 0 ? 1U : 0U;
}

void Weigher::write_weights() {
  for (std::size_t t = 0; t < tasks_; ++t) {
    double sum = 0.0;
    for (std::size_t k = 0; k < blocks_; ++k) sum += trunk_[k * tasks_ + t];
    weights_[t] = sum / static_cast<double>(blocks_);
  }
}

void Weigher::weigh(const TaskStep& step) {
  count_step(step);
  const bool solves = due(step.step);
  for (std::size_t k = 0; k < blocks_; ++k) {
    if (solves) {
      solve_block(step, k);
    } else {
      set_aside(step, {});
    }
    for (std::size_t t = 0; t < tasks_; ++t) trunk_[k * tasks_ + t] = 0.0;
    for (const std::size_t t : at_hand_) trunk_[k * tasks_ + t] = held_[k * tasks_ + t];
  }
  set_aside(step, {});  // of all blocks together
  scale_and_clip(step);
  write_weights();
}

}  // namespace espalier
