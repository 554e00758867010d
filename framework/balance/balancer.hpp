#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"
#include "espalier/fields.hpp"
#include "espalier/random.hpp"

namespace espalier {

/// What a method must be given; the trainer acts on these flags and knows no method by name.
struct Needs {
  bool losses = false;  ///< the losses' values
  bool gram = false;    ///< G = J J', inner products of the tasks' shared gradients: T lanes
};

/// One step as a method sees it. T tasks in the order of the experiment.
struct BalanceStep {
  std::span<const double> losses;  ///< (T)
  std::span<const double> gram;    ///< (T, T) row-major; empty unless asked for
  RandomStream* random = nullptr;  ///< the method's own stream, at its position
};

/// A method that combines the tasks: weights w such that the trunk moves along sum w_t g_t. Each is
/// one file, with its paper and equations in the header comment, and one line in `balancer_table`.
class ESPALIER_API Balancer {
 public:
  virtual ~Balancer();
  virtual void fields(Fields& /*fields*/) {}
  virtual Needs needs() const = 0;
  /// Writes the T weights. Zero rows of G and T = 1 are legal.
  virtual void weigh(const BalanceStep& step, std::span<double> weights) = 0;
  /// Everything the next step depends on, for exact resume.
  virtual std::vector<double> state() const { return {}; }
  virtual void restore(std::span<const double> /*state*/) {}
};

struct BalancerEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view reference;  ///< paper
  std::unique_ptr<Balancer> (*make)();
};

ESPALIER_API std::span<const BalancerEntry> balancer_table();

}  // namespace espalier
