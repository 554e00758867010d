// module: autograd
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "espalier/parameter.hpp"
#include "espalier/random.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup ops
/// @{

/// What is known of a value when a model is recorded. shape[0] counts rows.
struct ValueInfo {
  Shape shape;                    ///< rows first
  Dtype dtype = Dtype::floating;  ///< real numbers, or integers
};

/// Rows [first, first + rows) of a value come from one stream (one source of batches). Streams are
/// stacked along the rows.
struct Part {
  int stream = 0;   ///< number of the stream
  Index first = 0;  ///< where its rows begin
  Index rows = 0;   ///< how many they are
};

/// A stretch of rows over which a backward pass moves through values and cotangents at the same
/// pace. A *lane* is one task's stream of cotangents: where two tasks label the same rows, the same
/// values are passed twice, with different cotangent rows.
///
///     for i in [0, rows): dx[dx_row + i] (+)= J(value_row + i)' dy[dy_row + i]
struct Run {
  Index rows = 0;           ///< length of the stretch
  Index value_row = 0;      ///< row of the op's output (and of every input with the same rows)
  Index dy_row = 0;         ///< first row of the output's cotangent
  Index dx_row = 0;         ///< first row of the input's cotangent
  bool accumulate = false;  ///< add to dx (someone wrote it before); otherwise overwrite it
};

/// Cotangent rows of one lane at one op: the rows that a task's gradient is made of.
struct LaneRows {
  int lane = 0;         ///< number of the lane
  int stream = 0;       ///< whose rows they are
  Index rows = 0;       ///< how many
  Index value_row = 0;  ///< first row of the values
  Index dy_row = 0;     ///< first row of the cotangent
};

/// How the rows of an op's output relate to the rows of its inputs.
enum class RowRule : std::uint8_t {
  same,    ///< row i of the output depends on row i of each real input (and, for batch norm, on
           ///< the other rows of its stream)
  reduce,  ///< the output is one number (shape (1)) made from all rows of one stream: a loss
  stack,   ///< the output is the rows of all inputs, one input after the other
};

/// Memory an op asks for beside its output. `saved` lives from forward to the end of the update;
/// `workspace` is shared by all ops and holds nothing between two calls.
struct Footprint {
  std::size_t saved = 0;      ///< bytes
  std::size_t workspace = 0;  ///< bytes
};

/// What an op may ask about its place on the tape while memory is planned.
struct Geometry {
  std::span<const ValueInfo> inputs;  ///< real ones and integers, in the order of `infer`
  ValueInfo output;                   ///< as `infer` said
  std::span<const Part> parts;        ///< of the rows of input 0
  Index lanes = 1;                    ///< number of lanes that pass here
  Index lane_rows = 0;                ///< rows of the largest lane
  Index cotangent_rows = 0;           ///< rows of all lanes together
  bool common_rows = false;           ///< some rows carry several lanes
  bool gram = false;                  ///< `gram` will be asked for
  bool formed = false;  ///< what `gram` forms has memory of its own (GramContext::formed)
};

/// What every phase of an op sees. All memory was planned before: an op never allocates.
struct OpContext {
  std::span<const Tensor> inputs;          ///< real inputs (empty tensors for index inputs)
  std::span<const IndexTensor> indices;    ///< index inputs (empty tensors for real inputs)
  Tensor output;                           ///< valid in backward only where the op reads it
  std::span<Parameter* const> parameters;  ///< those of Op::parameters
  std::span<const Part> parts;             ///< of the rows in view
  std::span<std::byte> saved;              ///< as many bytes as `footprint` asked for
  std::span<std::byte> workspace;          ///< likewise
  bool training = false;                   ///< false: evaluation
  bool replay = false;     ///< running statistics stay as they are: the batch was seen before, or
                           ///< it is not the step's own
  std::uint64_t step = 0;  ///< of the run; names the dropout masks
};

/// What Op::backward sees.
struct BackwardContext : OpContext {
  ConstTensor dy;  ///< cotangent of the output: the rows that `runs` name, perhaps others
  std::span<const Tensor> dx;                  ///< per input; data == nullptr: not wanted
  std::span<const std::span<const Run>> runs;  ///< per input
};

/// Rows [first_row, first_row + rows) of the op's output, and dy over the same rows, already
/// weighted: the gradient is the plain sum over them.
struct GradientContext : OpContext {
  Index first_row = 0;  ///< inputs, output and dy are views that start here; `saved` is whole
  Index rows = 0;       ///< how many
  ConstTensor dy;       ///< cotangent of the output, (rows, ...)
  std::span<const Sink> sinks;  ///< per parameter
};

/// The inner products of the lanes' gradients: matrix[s * lanes + t] += <g_s, g_t> over the
/// parameters with includes[k] != 0. Lanes that do not pass here are absent from `lanes`.
struct GramContext : OpContext {
  ConstTensor dy;                   ///< unweighted: the rows of `lanes`, perhaps others
  std::span<const LaneRows> lanes;  ///< those that pass here
  std::span<const char> includes;   ///< per parameter
  std::span<double> matrix;         ///< row-major, all lanes of the plan by all
  Index stride = 0;                 ///< lanes of the whole plan; the row length of `matrix`
  /// Where it is not empty: the place of the gradients that `gram` forms, one row for each of
  /// `lanes`, the included parameters one after the other. All are written, whatever products are
  /// wanted. They are kept until the update, which then needs no other gradient.
  std::span<std::byte> formed;
  /// Where positive: only products of a lane below it with a lane from it on are wanted (those of
  /// two batches); the other places of `matrix` may hold anything.
  int across = 0;

  /// Whether <g_s, g_t> is asked for.
  bool wants(const LaneRows& s, const LaneRows& t) const {
    return across == 0 || (s.lane < across) != (t.lane < across);
  }
};

/// One differentiable operation: shape rule, forward, backward and, where it has parameters, their
/// gradient and Gram matrix, all in one file. Ops hold configuration only; every number of a step
/// lives in planned memory.
///
/// Contract (tested): outputs arrive uninitialised; `backward` writes exactly the rows of its runs,
/// adding where `accumulate` is set, overwriting elsewhere; nothing is allocated after recording.
class ESPALIER_API Op {
 public:
  virtual ~Op();
  /// Its name in messages and in what describes a model.
  virtual std::string_view name() const = 0;
  /// Shape rule and checks. Throws ShapeError "[name] expected ..., found ...".
  virtual ValueInfo infer(std::span<const ValueInfo> inputs) const = 0;
  /// Writes all of `c.output`.
  virtual void forward(const OpContext& c) const = 0;
  /// Writes dx of each wanted input from dy, run by run (see Run).
  virtual void backward(const BackwardContext& c) const = 0;

  /// What it trains; the same ones at every call. An op that reduces rows has none.
  virtual std::span<Parameter* const> parameters() const { return {}; }
  /// What it carries without training it.
  virtual std::span<Buffer* const> buffers() const { return {}; }
  /// sink = beta * sink + alpha * g for every asked parameter. Must not read parameter values: they
  /// may already hold the next step's.
  virtual void parameter_gradient(const GradientContext& c) const;
  /// Whether `parameter_gradient` calls `Sink::finish` of parameter k itself.
  virtual bool finishes(int /*k*/) const { return false; }
  /// Adds this op's part of the Gram matrix. The default forms each lane's gradient through
  /// `parameter_gradient` in the workspace (see `formed_gram_workspace`).
  virtual void gram(const GramContext& c) const;
  /// Whether `gram` forms the lanes' gradients (in `GramContext::formed` where there is one).
  virtual bool gram_forms() const { return true; }

  /// Which rows of the output depend on which of the inputs.
  virtual RowRule row_rule() const { return RowRule::same; }
  /// Memory beside the output. By default what the default `gram` needs; an override adds to it.
  virtual Footprint footprint(const Geometry& g) const;
  /// Whether backward or parameter_gradient reads input k, or the output. What nobody reads is
  /// given away early.
  virtual bool reads_input(int /*k*/) const { return true; }
  /// Likewise for the output.
  virtual bool reads_output() const { return false; }
  /// The output may share the memory of input 0, and dx the memory of dy (elementwise ops whose
  /// backward does not read the input).
  virtual bool in_place() const { return false; }
  /// The output is input 0 under another shape: nothing runs (reshape, flatten).
  virtual bool is_view() const { return false; }
  /// Floating-point operations of one forward pass (multiply and add count one each).
  virtual double flops(const Geometry& g) const;

 protected:
  /// Bytes of workspace the default `gram` needs: one gradient of each lane, unless it has memory
  /// of its own.
  std::size_t formed_gram_workspace(const Geometry& g) const;
  /// The default `gram`.
  void formed_gram(const GramContext& c) const;
  /// Where the formed gradients lie, and how many numbers one has.
  real* formed_rows(const GramContext& c) const;
  /// How many numbers the formed gradient of one lane has.
  Index formed_numbers(const GramContext& c) const;
};
/// @}

}  // namespace espalier
