// module: autograd
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "espalier/tape.hpp"

/// The ops: each records itself on a tape and returns its output. N counts rows (examples of all
/// stacked streams), C channels or classes, F features. One file each in autograd/ops/.
namespace espalier {

/// @addtogroup ops
/// @{

// ---- with parameters ---------------------------------------------------------------------------

/// y = x W' + b over the last axis. x (N, ..., I), weight (O, I), bias (O) or null; y (N, ..., O).
ESPALIER_API Var linear(Tape& tape, Var x, Parameter& weight, Parameter* bias);

/// Options of `conv2d`.
struct Conv2dOptions {
  Index stride = 1;   ///< in both directions
  Index padding = 0;  ///< zeros on every side
};
/// Cross-correlation. x (N, H, W, I), weight (O, KH, KW, I), bias (O) or null; y (N, H', W', O)
/// with H' = (H + 2 padding - KH) / stride + 1.
ESPALIER_API Var conv2d(Tape& tape, Var x, Parameter& weight, Parameter* bias,
                        const Conv2dOptions& options = {});

/// Running statistics of one stream.
struct RunningStatistics {
  int stream = 0;              ///< number of the stream
  Buffer* mean = nullptr;      ///< (C)
  Buffer* variance = nullptr;  ///< (C)
};
/// Options of `batch_norm`.
struct BatchNormOptions {
  double momentum = 0.1;  ///< running = (1 - momentum) running + momentum batch
  double epsilon = 1e-5;  ///< added to the variance
};
/// Ioffe & Szegedy 2015, with statistics over the rows of each stream on its own, so that rows of
/// different tasks stay independent. x (N, ..., C); scale, shift (C). Training uses the batch's
/// statistics (biased variance) and updates the running ones (unbiased variance); evaluation uses
/// the running ones of the row's stream.
ESPALIER_API Var batch_norm(Tape& tape, Var x, Parameter& scale, Parameter& shift,
                            std::vector<RunningStatistics> statistics,
                            const BatchNormOptions& options = {});

/// Ba et al. 2016, over the last axis. x (N, ..., C); scale, shift (C).
ESPALIER_API Var layer_norm(Tape& tape, Var x, Parameter& scale, Parameter& shift,
                            double epsilon = 1e-5);

/// The parameter itself, once for each row of x, whose numbers are not read. value (...); y (N,
/// ...).
ESPALIER_API Var parameter_rows(Tape& tape, Var x, Parameter& value);

/// y = sum_j a_j x_j of k values of one shape (N, ..., C) with trained coefficients (k), or (k, C):
/// one for each channel (cross-stitch units, Misra et al. 2016).
ESPALIER_API Var mix(Tape& tape, const std::vector<Var>& values, Parameter& coefficients);

/// The same of parts of the last axis (sluice networks, Ruder et al. 2019): k values of one shape
/// (N, ..., C), seen in `parts` equal parts x_j,h; each of the 1 to 8 coefficients (k parts) makes
/// one part of the output, y_g = sum_jh a_g,(j parts + h) x_j,h. y (N, ..., C / parts * how many).
ESPALIER_API Var mix_parts(Tape& tape, const std::vector<Var>& values, Index parts,
                           const std::vector<Parameter*>& coefficients);

/// Options of `gumbel_choice`.
struct GumbelOptions {
  RandomStream random = {};  ///< of the noise
  double temperature = 1.0;  ///< of the first epoch; divided by sqrt(epoch) later
  std::uint64_t epoch = 1;   ///< steps of an epoch
  std::uint64_t warmup = 0;  ///< steps in which all values are averaged and no logit moves
};
/// One of k values of one shape (N, ...), chosen by k trained logits with Gumbel noise, forward the
/// value itself, backward as a softmax (straight through); evaluation takes the largest logit
/// (learned branching, Guo et al., ICML 2020). logits (k).
ESPALIER_API Var gumbel_choice(Tape& tape, const std::vector<Var>& values, Parameter& logits,
                               const GumbelOptions& options = {});

/// Rows of a table. tokens (N, ...) integers in [0, V), table (V, D); y (N, ..., D). A negative
/// token gives zeros (padding).
ESPALIER_API Var embedding(Tape& tape, Var tokens, Parameter& table);

/// The first M numbers of the last axis through a square matrix that is not trained, the others as
/// they are. x (N, ..., F), matrix (M, M), M <= F; y_1 = x_1 matrix'.
ESPALIER_API Var rotate(Tape& tape, Var x, Buffer& matrix);

// ---- elementwise -------------------------------------------------------------------------------

/// max(0, x). x of any shape, as in all of this section.
ESPALIER_API Var relu(Tape& tape, Var x);
/// tanh(x).
ESPALIER_API Var tanh(Tape& tape, Var x);
/// 1 / (1 + exp(-x)).
ESPALIER_API Var sigmoid(Tape& tape, Var x);
/// x Phi(x), exact (through erf); Hendrycks & Gimpel 2016.
ESPALIER_API Var gelu(Tape& tape, Var x);
/// factor x.
ESPALIER_API Var scale(Tape& tape, Var x, double factor);
/// Sum of two values of one shape.
ESPALIER_API Var add(Tape& tape, Var a, Var b);
/// Elementwise product of two values of one shape.
ESPALIER_API Var multiply(Tape& tape, Var a, Var b);
/// y_n = sum_e w_ne x_e,n: values (N, ...) of one shape, weighted row by row. weights (N, E).
ESPALIER_API Var weighted_sum(Tape& tape, Var weights, const std::vector<Var>& values);
/// The random numbers of one stream of rows.
struct StreamRandom {
  int stream = 0;       ///< number of the stream
  RandomStream random;  ///< named after the layer and the stream
};
/// Inverted dropout: training zeroes an element with probability `rate` and divides the others by
/// 1 - rate; evaluation changes nothing. The mask is a function of (the stream's random numbers,
/// step, row in the stream, element).
ESPALIER_API Var dropout(Tape& tape, Var x, double rate, std::vector<StreamRandom> randoms);

// ---- over the last axis ------------------------------------------------------------------------

/// exp(x_i) / sum_j exp(x_j). x (N, ..., C).
ESPALIER_API Var softmax(Tape& tape, Var x);
/// Its logarithm, computed without overflow. x (N, ..., C).
ESPALIER_API Var log_softmax(Tape& tape, Var x);
/// The softmax over the k largest scores of each row (of equal ones, the first), 0 elsewhere
/// (Shazeer et al., ICLR 2017, without noise). x (N, C).
ESPALIER_API Var top_k_softmax(Tape& tape, Var x, Index k);
/// The step of DSelect-k (Hazimeh et al., NeurIPS 2021): 0 below -gamma / 2, 1 above gamma / 2, a
/// cubic between them.
ESPALIER_API Var smooth_step(Tape& tape, Var x, double gamma);
/// Probability of each number whose m bits are set independently: bits (N, m) in [0, 1]; y
/// (N, 2^m), y_ne = prod_i (bit i of e set ? x_ni : 1 - x_ni).
ESPALIER_API Var bit_products(Tape& tape, Var bits);
/// p itself (N, E); its gradient is that of the losses plus strength times the mean entropy of the
/// rows: what DSelect-k adds to the loss that p serves.
ESPALIER_API Var entropy_pull(Tape& tape, Var p, double strength);

// ---- pooling -----------------------------------------------------------------------------------

/// Options of both kinds of pooling.
struct PoolOptions {
  Index kernel = 2;   ///< height and width of the window
  Index stride = 0;   ///< 0: as the kernel
  Index padding = 0;  ///< never wins a maximum, never counts in an average
};
/// x (N, H, W, C); the first of equal maxima receives the gradient.
ESPALIER_API Var max_pool(Tape& tape, Var x, const PoolOptions& options = {});
/// x (N, H, W, C); the mean of the numbers in the window.
ESPALIER_API Var average_pool(Tape& tape, Var x, const PoolOptions& options = {});

// ---- shape -------------------------------------------------------------------------------------

/// The same numbers under another row shape: (N, ...) to (N, row...).
ESPALIER_API Var reshape(Tape& tape, Var x, const Shape& row);
/// (N, ...) to (N, F).
ESPALIER_API Var flatten(Tape& tape, Var x);
/// Joins along `axis` (1 or more; the rows cannot be joined).
ESPALIER_API Var concat(Tape& tape, const std::vector<Var>& parts, int axis);
/// The rows of values that carry different streams, one value after the other: (N_k, ...) to
/// (sum N_k, ...).
ESPALIER_API Var stack(Tape& tape, const std::vector<Var>& parts);
/// Elements [first, first + count) of `axis` (1 or more).
ESPALIER_API Var slice(Tape& tape, Var x, int axis, Index first, Index count);
/// Mean over `axis` (1 or more), which disappears.
ESPALIER_API Var mean(Tape& tape, Var x, int axis);

// ---- losses: one number (1) from the rows of one stream ----------------------------------------

/// Mean over all elements of all rows.
ESPALIER_API Var mean(Tape& tape, Var x);
/// Mean over labelled rows of -log softmax(logits)[label]. logits (N, C), labels (N) or (N, 1)
/// integers; label -1 is missing and counts nowhere (0 where all are missing). With smoothing s the
/// target is (1 - s) one-hot + s / C (Szegedy et al. 2016).
ESPALIER_API Var cross_entropy(Tape& tape, Var logits, Var labels, double smoothing = 0.0);
/// Mean over elements of -(t log p + (1 - t) log(1 - p)) with p = sigmoid(logit), computed without
/// overflow. logits and targets (N, ...) of one shape, targets in [0, 1]; NaN is missing.
ESPALIER_API Var binary_cross_entropy(Tape& tape, Var logits, Var targets);
/// Mean over elements of (prediction - target)^2; NaN targets are missing.
ESPALIER_API Var mean_squared_error(Tape& tape, Var prediction, Var target);
/// Mean over elements of |prediction - target|; NaN targets are missing.
ESPALIER_API Var l1(Tape& tape, Var prediction, Var target);
/// Huber 1964: d^2 / 2 for |d| <= delta, else delta (|d| - delta / 2); mean over elements; NaN
/// targets are missing.
ESPALIER_API Var huber(Tape& tape, Var prediction, Var target, double delta = 1.0);
/// @}

}  // namespace espalier
