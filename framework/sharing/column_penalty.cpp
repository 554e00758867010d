#include "sharing/column_penalty.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/sink_penalty.hpp"
#include "tensor/combine.hpp"
#include "tensor/symmetric_eigen.hpp"

namespace espalier {

std::vector<Parameter*> parameters_since(const Tape& tape, std::size_t first) {
  std::vector<Parameter*> found;
  for (std::size_t n = first; n < tape.nodes().size(); ++n) {
    if (tape.nodes()[n].op == nullptr) continue;
    for (Parameter* parameter : tape.nodes()[n].op->parameters()) {
      if (std::ranges::find(found, parameter) == found.end()) found.push_back(parameter);
    }
  }
  return found;
}

namespace {

/// Both norms are functions of the T x T inner products of a layer's columns, and both gradients
/// are combinations of the columns: l2: 2 strength (theta_t - mean); trace: sum_s c_ts theta_s.
class ColumnPenalty final : public SinkPenalty {
 public:
  ColumnPenalty(const std::vector<std::vector<Parameter*>>& columns, bool trace, double strength)
      : tasks_(columns.size()),
        layers_(columns[0].size()),
        trace_(trace),
        strength_(strength),
        values_(tasks_ * layers_),
        into_(tasks_ * layers_),
        to_memory_(tasks_ * layers_),
        gram_(tasks_ * tasks_),
        factors_(tasks_ * tasks_) {
    for (const auto& column : columns) {
      parameters_.insert(parameters_.end(), column.begin(), column.end());
    }
  }

  std::span<Parameter* const> parameters() const override { return parameters_; }

  double value() const override {
    double sum = 0.0;
    for (std::size_t k = 0; k < layers_; ++k) {
      find_gram(k);
      sum += trace_ ? nuclear_norm() : spread();
    }
    return strength_ * sum;
  }

  void gradient(std::span<real* const> gradients) const override {
    for (std::size_t i = 0; i < gradients.size(); ++i) to_memory_[i].data = gradients[i];
    add_gradient(to_memory_);
  }

  void add_gradient(std::span<const Sink> sinks) const override {
    note(sinks);
    for (std::size_t k = 0; k < layers_; ++k) add_group(k);
  }

  // A layer. The trace norm's factors depend on all of its numbers; tiles of many columns would
  // not be in the cache before they are read.
  std::size_t groups() const override { return trace_ || tasks_ > combine::kFew ? 0 : layers_; }

  void note(std::span<const Sink> sinks) const override {
    const double factor = trace_ ? 1.0 : 2.0 * strength_;
    for (std::size_t k = 0; k < layers_; ++k) {
      for (std::size_t t = 0; t < tasks_; ++t) {
        const Sink& sink = sinks[t * layers_ + k];
        values_[k * tasks_ + t] = of(t, k).data;
        into_[k * tasks_ + t] = {sink.data, sink.alpha * factor, sink.beta};
      }
    }
  }

  void add_group(std::size_t k) const override {
    if (trace_) {
      find_factors(k);
      combine::combinations(of(0, k).size(), values(k), factors_, into(k));
    } else {
      combine::differences(of(0, k).size(), values(k), into(k));
    }
  }

  void add_block(std::size_t k, const NumberBlock& block) const override {
    combine::differences(block, values(k), into(k));
  }

 private:
  std::span<const real* const> values(std::size_t layer) const {
    return std::span(values_).subspan(layer * tasks_, tasks_);
  }
  std::span<const combine::Into> into(std::size_t layer) const {
    return std::span(into_).subspan(layer * tasks_, tasks_);
  }

  const Tensor& of(std::size_t task, std::size_t layer) const {
    return parameters_[task * layers_ + layer]->value;
  }

  void find_gram(std::size_t k) const {
    for (std::size_t t = 0; t < tasks_; ++t) values_[k * tasks_ + t] = of(t, k).data;
    combine::inner_products(of(0, k).size(), values(k), gram_);
  }

  // sum_t ||theta_t - mean||^2 = trace G - sum G / T
  double spread() const {
    double diagonal = 0.0, all = 0.0;
    for (std::size_t i = 0; i < gram_.size(); ++i) {
      all += gram_[i];
      if (i % (tasks_ + 1) == 0) diagonal += gram_[i];
    }
    return diagonal - all / static_cast<double>(tasks_);
  }

  double nuclear_norm() const {
    eigen_.decompose(gram_, tasks_);
    double sum = 0.0;
    for (const double value : eigen_.values()) sum += std::sqrt(std::max(0.0, value));
    return sum;
  }

  // strength M (M'M)^(-1/2), directions without length out
  void find_factors(std::size_t k) const {
    find_gram(k);
    eigen_.decompose(gram_, tasks_);
    std::ranges::fill(factors_, 0.0);
    const double largest = eigen_.values().front();
    for (std::size_t e = 0; e < tasks_; ++e) {
      const double value = eigen_.values()[e];
      if (value <= 1e-12 * largest || value <= 0.0) continue;
      const std::span<const double> v = eigen_.vector(e);
      for (std::size_t s = 0; s < tasks_; ++s) {
        for (std::size_t t = 0; t < tasks_; ++t) {
          factors_[s * tasks_ + t] += strength_ * v[s] * v[t] / std::sqrt(value);
        }
      }
    }
  }

  std::size_t tasks_, layers_;
  bool trace_;
  double strength_;
  std::vector<Parameter*> parameters_;       // task by task
  mutable std::vector<const real*> values_;  // layer by layer
  mutable std::vector<combine::Into> into_;
  mutable std::vector<Sink> to_memory_;
  mutable std::vector<double> gram_, factors_;
  mutable solve::SymmetricEigen eigen_;
};

}  // namespace

std::unique_ptr<Penalty> make_column_penalty(const std::vector<std::vector<Parameter*>>& columns,
                                             bool trace, double strength) {
  return std::make_unique<ColumnPenalty>(columns, trace, strength);
}

}  // namespace espalier
