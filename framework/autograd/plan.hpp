#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "autograd/memory_plan.hpp"
#include "autograd/reach.hpp"
#include "core/arena.hpp"
#include "espalier/tape.hpp"

namespace espalier {

struct PlanState;

struct PlanOptions {
  LaneMode lanes = LaneMode::one;
  bool gram = false;  ///< `gram` will be asked for: its workspace is planned
  /// Test only: no two blocks share memory, so that a use after the planned life is seen.
  bool spread = false;
};

/// A tape whose memory is placed and whose calls are prepared. A training step is
///   fill inputs; forward; backward; [gram;] weigh; gradient per parameter
/// and allocates nothing.
class ESPALIER_API Plan {
 public:
  Plan(Tape tape, const PlanOptions& options = {});
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const Tape& tape() const;
  /// Memory of a value. Inputs may be written before `forward`; kept values may be read after it.
  Tensor value(Var v) const;
  std::span<std::int32_t> indices(Var v) const;
  /// The loss of `task` after `forward`.
  real loss(int task) const;
  /// Number of losses; lane l (with LaneMode::per_task) belongs to `tape().losses()[l].task`.
  int tasks() const;

  /// One sweep up. `step` names the random masks of this step.
  void forward(std::uint64_t step);

  /// One sweep down, input gradients only. seeds[l] is d(total)/d(loss l); border[l] scales what
  /// enters the trunk from the head of loss l (1: as it comes).
  void backward(std::span<const double> seeds, std::span<const double> border);

  /// matrix (T, T), row-major: inner products of the losses' gradients over the shared parameters.
  /// REQUIRES LaneMode::per_task, PlanOptions::gram, a backward with unit seeds, and to be called
  /// before `weigh`.
  void gram(std::span<double> matrix);
  /// The last Gram of the k-th shared parameter block (T, T); `gram_blocks` names them.
  std::span<const double> gram_block(std::size_t k) const;
  std::vector<std::string> gram_blocks() const;

  /// Folds the lanes: from now on a gradient is that of sum shared[t] L_t for shared parameters, of
  /// sum heads[t] L_t for the tasks' own. With LaneMode::one both must be all ones (the seeds carry
  /// the weights).
  void weigh(std::span<const double> shared, std::span<const double> heads);

  /// sink = beta * sink + alpha * gradient of `parameter`, after `weigh`. A parameter that several
  /// ops use is summed: the first use applies beta. False where no loss reaches it.
  bool gradient(const Parameter& parameter, const Sink& sink);
  /// Whether some loss reaches `parameter`.
  bool reaches(const Parameter& parameter) const;
  /// Every parameter that the tape uses, in order of first use.
  std::span<Parameter* const> parameters() const;

  /// How often each sweep ran.
  std::uint64_t forward_sweeps() const;
  std::uint64_t backward_sweeps() const;

  /// Every planned block with its place and life, largest first.
  std::vector<PlannedBlock> blocks() const;
  std::size_t arena_bytes() const;
  /// Floating-point operations of one forward pass.
  double forward_flops() const;

 private:
  std::unique_ptr<PlanState> state_;
};

}  // namespace espalier
