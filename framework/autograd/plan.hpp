#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "autograd/memory_plan.hpp"
#include "autograd/reach.hpp"
#include "espalier/tape.hpp"
#include "tensor/start.hpp"

namespace espalier {

struct PlanState;
class Turns;

struct PlanOptions {
  LaneMode lanes = LaneMode::one;
  bool gram = false;  ///< `gram` will be asked for: its workspace is planned
  /// With `gram`: gradients that it forms are kept and make up the update, instead of one product
  /// more. Without, a step with equal weights computes what one lane would, bit for bit.
  bool keep_formed = false;
  /// Test only, with `keep_formed`: most lanes of a wave (see waves.hpp); 0: as many as go well.
  int wave_lanes = 0;
  /// With `gram`: where positive, only products of lanes below it with lanes from it on are formed
  /// (see GramContext::across).
  int across = 0;
  /// See fuse.hpp; values in between cannot be read. Without `features`, borders whose heads go
  /// backward together are not among `borders`.
  bool fused = false;
  bool features = false;  ///< `backward_heads` and `backward_trunk` will be called in turn
  bool tangent = false;   ///< `move_along`, `backward_heads` and `derivatives` will be called, and
                          ///< no more
  /// Test only: no two blocks share memory, so that a use after the planned life is seen.
  bool spread = false;
  /// Memory that several plans share; the plan is not ready before it is settled. Null: its own.
  std::shared_ptr<Turns> turns = nullptr;
};

/// The trunk's output as one task's head reads it.
struct Border {
  int loss = 0;    ///< index of the task's loss
  int stream = 0;  ///< stream of the rows
  Tensor value;    ///< (B, ...)
  Tensor cotangent;
};

/// Where the gradient of a parameter will go.
struct ParameterSink {
  const Parameter* parameter = nullptr;
  Sink sink;
};

/// A tape whose memory is placed and whose calls are prepared. A training step is
///   fill inputs; forward; backward; [gram;] weigh; [announce;] gradient per parameter
/// and allocates nothing (but the first time for penalties that are neither announced nor expected
/// in memory).
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
  /// Gradient of the weighted losses in a watched value, after a backward pass; no data where no
  /// loss reaches it.
  Tensor cotangent(Var v) const;
  /// The loss of `task` after `forward`.
  real loss(int task) const;
  /// Number of losses; lane l (with LaneMode::per_task) belongs to `tape().losses()[l].task`.
  int tasks() const;

  /// One sweep up. `step` names the random masks of this step. With `replay` running statistics
  /// stay as they are: the batch was seen before, or it is not the step's own.
  void forward(std::uint64_t step, bool replay = false);

  /// One sweep down, input gradients only. seeds[l] is d(total)/d(loss l); border[l] scales what
  /// enters the trunk from the head of loss l (1: as it comes).
  void backward(std::span<const double> seeds, std::span<const double> border);

  /// The same sweep in two halves, for methods that look at the gradients where they enter the
  /// trunk, or change them there. REQUIRES LaneMode::one, PlanOptions::features (or tangent).
  void backward_heads(std::span<const double> seeds);
  void backward_trunk(std::span<const double> border);
  /// Between the halves: what each head reads and sends back. Heads that no shared parameter lies
  /// before are absent.
  std::vector<Border> borders() const;

  /// matrix (T, T), row-major: inner products of the losses' gradients over the shared parameters
  /// (those that PlanOptions::across asks for).
  /// REQUIRES LaneMode::per_task, PlanOptions::gram, a backward with unit seeds, and to be called
  /// before `weigh`.
  void gram(std::span<double> matrix);
  /// The last Gram of the k-th block of shared parameters (T, T): those of one op, or of several
  /// that share a parameter. `gram_blocks` names them by their first parameter.
  std::span<const double> gram_block(std::size_t k) const;
  std::vector<std::string> gram_blocks() const;

  /// Row l, at rows + l * stride: the gradient of loss l over the shared parameters, one after the
  /// other. REQUIRES LaneMode::per_task without PlanOptions::keep_formed, unit seeds, before
  /// `weigh`.
  void jacobian(real* rows, std::size_t stride);
  /// Numbers of all shared parameters that some loss reaches: the length of such a row.
  std::size_t shared_numbers() const;

  /// The shared parameters will move along the gradient that `along` holds after its backward pass,
  /// of the same model over another batch of the same geometry. It is formed now, but for layers
  /// that can do without: these look at `along` in `derivatives`. REQUIRES PlanOptions::tangent,
  /// find_motion without a gap; `along` in LaneMode::one without PlanOptions::tangent.
  void move_along(Plan& along);
  /// each[l]: the derivative of loss l as they do: that gradient is pushed through the trunk
  /// forward. REQUIRES move_along, backward_heads with unit seeds.
  void derivatives(std::span<double> each);
  /// What the first `move_along` with this plan would prepare; `along` must outlive the last one.
  void follow(const Plan& along);

  /// Folds the lanes: from now on a gradient is that of sum shared[t] L_t for shared parameters, of
  /// sum heads[t] L_t for the tasks' own. `shared` has T weights, or T for each block of
  /// `gram_blocks` in turn. With LaneMode::one `shared` must be all ones (seeds and borders carry
  /// the weights).
  void weigh(std::span<const double> shared, std::span<const double> heads);
  /// Instead of `weigh`: the gradient of the shared parameters is `direction`, laid out like a row
  /// of `jacobian`; it must live until the next `weigh` or `direct`.
  void direct(std::span<const real> direction, std::span<const double> heads);
  /// Likewise for all parameters: `direction` follows `parameters()`.
  void direct_all(std::span<const real> direction);

  /// Optional, before the first step: parameters and sinks like those that `announce` will get at
  /// every step. Memory of the penalties that will need some is taken now.
  void expect(std::span<const ParameterSink> sinks);
  /// Optional, after `weigh` and before the first `gradient`: the sinks that `gradient` will get,
  /// as far as they are known, of no two parameters the same memory. Until all of them have been
  /// there, these parameters are moved by `gradient` and its `finish` alone. Penalties then go
  /// there at once, with beta: in a pass over their parameters, or tile by tile inside the first
  /// product that adds to them. Otherwise they go through memory of their own, taken here or by the
  /// first `gradient`, before any parameter moves.
  void announce(std::span<const ParameterSink> sinks);

  /// sink = beta * sink + alpha * gradient of `parameter`, after `weigh`. A parameter that several
  /// ops use is summed: the first use applies beta. `sink.finish` is called for all of it. False
  /// where no loss reaches it.
  bool gradient(const Parameter& parameter, const Sink& sink);
  /// Whether some loss reaches `parameter`.
  bool reaches(const Parameter& parameter) const;
  /// Every parameter that the tape uses, in order of first use.
  std::span<Parameter* const> parameters() const;

  /// How often each sweep ran.
  std::uint64_t forward_sweeps() const;
  std::uint64_t backward_sweeps() const;

  /// Every planned block with its place and its life in the plan's own sweeps (Turns may reserve it
  /// for longer), largest first.
  std::vector<PlannedBlock> blocks() const;
  /// Bytes of the arena (see Turns::bytes where it is shared), and of the penalties' gradients
  /// where they lie in memory.
  std::size_t arena_bytes() const;
  /// Floating-point operations of one forward pass.
  double forward_flops() const;

 private:
  bool one_op_finishes(const Parameter& parameter) const;
  void whole_gradient(const Parameter& parameter, const Sink& sink, const Start& start);
  void loss_gradient(const Parameter& parameter, const Sink& sink, const Start& start);

  std::unique_ptr<PlanState> state_;
};

}  // namespace espalier
