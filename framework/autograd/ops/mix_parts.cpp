#include <algorithm>
#include <vector>

#include "autograd/gram.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/simd.hpp"

namespace espalier {

namespace {

/// to (+)= sum_k factor(k) source(k) over n numbers, each written once.
template <class Factor, class Source>
void combine(Index n, Index count, Factor factor, Source source, bool add, real* to) {
  Index i = 0;
  for (; i + simd::kLanes <= n; i += simd::kLanes) {
    simd::Vector sum = {};
    if (add) sum = simd::load(to + i);
    for (Index k = 0; k < count; ++k) sum += factor(k) * simd::load(source(k) + i);
    simd::store(to + i, sum);
  }
  for (; i < n; ++i) {
    real sum = add ? to[i] : real{0};
    for (Index k = 0; k < count; ++k) sum += factor(k) * source(k)[i];
    to[i] = sum;
  }
}

/// <a, b> over `rows` rows of n numbers, a's and b's rows apart by their strides.
double product(Index rows, Index n, const real* a, Index a_row, const real* b, Index b_row) {
  double partial[simd::kLanes] = {}, rest = 0.0;
  for (Index r = 0; r < rows; ++r, a += a_row, b += b_row) {
    Index i = 0;
    for (; i + simd::kLanes <= n; i += simd::kLanes) {
      for (Index lane = 0; lane < simd::kLanes; ++lane) {
        partial[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
      }
    }
    for (; i < n; ++i) rest += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  for (const double sum : partial) rest += sum;
  return rest;
}

class MixParts final : public Op, public HasTangent {
 public:
  MixParts(Index parts, std::vector<Parameter*> coefficients)
      : parts_(parts), owned_(std::move(coefficients)) {}

  std::string_view name() const override { return "mix_parts"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    for (const ValueInfo& x : in) {
      check::same_shape(name(), "values like the first", in[0].shape, x.shape);
    }
    Shape y = in[0].shape;
    check::that(y.rank() >= 2 && parts_ >= 1 && y[-1] % parts_ == 0, name(),
                text::cat("rows of channels (N, ..., C) in ", parts_, " equal parts"), y);
    if (owned_.empty() || owned_.size() > kMaxParameters) {
      check::fail(name(), text::cat("1 to ", kMaxParameters, " parts of the output"),
                  text::cat(owned_.size()));
    }
    const Shape coefficients{static_cast<Index>(in.size()) * parts_};
    for (const Parameter* a : owned_) {
      check::same_shape(name(), "coefficients", coefficients, a->value.shape);
    }
    y.set(-1, y[-1] / parts_ * static_cast<Index>(owned_.size()));
    return {y, Dtype::floating};
  }

  // y_g = sum_uh a_g,uh x_u,h
  void forward(const OpContext& c) const override {
    mix(
        c.inputs, [this](Index g) { return coefficients(g); }, false, c.output);
  }

  // y'_g = sum_uh a_g,uh x'_u,h + a'_g,uh x_u,h
  void tangent(const TangentContext& c) const override {
    const bool fed = c.dx[0].data != nullptr;
    const auto stays = [this](Index g) { return coefficients(g); };
    if (fed) mix(c.dx, stays, false, c.dy);
    const auto moves = [&](Index g) { return c.moves[static_cast<std::size_t>(g)].data; };
    if (moves(0) != nullptr) mix(c.inputs, moves, fed, c.dy);
  }

  // dx_u,h (+)= sum_g a_g,uh dy_g
  void backward(const BackwardContext& c) const override {
    const Index out = c.dy.shape[-1], count = static_cast<Index>(owned_.size());
    const Index width = out / count, in = width * parts_;
    const Index inner = c.dy.shape.row_size() / out;
    for (std::size_t u = 0; u < c.dx.size(); ++u) {
      for (const Run& run : c.runs[u]) {
        const real* const dy = c.dy.data + run.dy_row * inner * out;
        real* const dx = c.dx[u].data + run.dx_row * inner * in;
        parallel::for_rows(run.rows * inner, in, [&](Index begin, Index end) {
          for (Index r = begin; r < end; ++r) {
            for (Index h = 0; h < parts_; ++h) {
              const Index k = static_cast<Index>(u) * parts_ + h;
              combine(
                  width, count, [&](Index g) { return coefficients(g)[k]; },
                  [=](Index g) { return dy + r * out + g * width; }, run.accumulate,
                  dx + r * in + h * width);
            }
          }
        });
      }
    }
  }

  // da_g,uh = sum x_u,h dy_g
  void parameter_gradient(const GradientContext& c) const override {
    for (std::size_t g = 0; g < owned_.size(); ++g) {
      if (c.sinks[g].data == nullptr) continue;
      const Index numbers = owned_[g]->value.size();
      for (Index first = 0; first < numbers; first += kBlock) {
        write_products(c, g, first, std::min(kBlock, numbers - first));
      }
    }
  }

  double flops(const Geometry& g) const override {
    return 2.0 * static_cast<double>(g.output.shape.size()) *
           static_cast<double>(static_cast<Index>(g.inputs.size()) * parts_);
  }

 private:
  static constexpr Index kBlock = 64;  // coefficients whose sums lie on the stack
  static constexpr Index kRows = 64;   // that stay in the first-level cache for all of them
  static constexpr int kMostPieces = 16;

  // y_g (+)= sum_uh a_g,uh x_u,h with a_g = coefficients_of(g)
  template <class Coefficients>
  void mix(std::span<const Tensor> x, Coefficients coefficients_of, bool add,
           const Tensor& y) const {
    const Index in = x[0].shape[-1], width = in / parts_, out = y.shape[-1];
    parallel::for_rows(y.size() / out, out, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        for (Index g = 0; g * width < out; ++g) {
          const real* const a = coefficients_of(g);
          combine(
              width, static_cast<Index>(x.size()) * parts_, [=](Index k) { return a[k]; },
              [&](Index k) {
                return x[static_cast<std::size_t>(k / parts_)].data + r * in + k % parts_ * width;
              },
              add, y.data + r * out + g * width);
        }
      }
    });
  }

  const real* coefficients(Index g) const {
    return owned_[static_cast<std::size_t>(g)]->value.data;
  }

  // Numbers [first, first + count) of the g-th gradient.
  void write_products(const GradientContext& c, std::size_t g, Index first, Index count) const {
    const Index in = c.inputs[0].shape[-1], width = in / parts_, out = c.dy.shape[-1];
    const Index rows = c.dy.size() / out;
    const real* const dy = c.dy.data + static_cast<Index>(g) * width;
    double sums[kMostPieces][kBlock];
    const Index grain = std::max<Index>(parallel::kNumbersOfAPiece / in + 1,
                                        (rows + kMostPieces - 1) / kMostPieces);
    parallel::for_pieces(rows, grain, [&](int piece, Index begin, Index end) {
      std::fill_n(sums[piece], count, 0.0);
      for (Index r = begin; r < end; r += kRows) {
        for (Index i = 0; i < count; ++i) {
          const Index k = first + i;
          const real* const x = c.inputs[static_cast<std::size_t>(k / parts_)].data;
          sums[piece][i] += product(std::min(kRows, end - r), width,
                                    x + r * in + k % parts_ * width, in, dy + r * out, out);
        }
      }
    });
    for (int piece = 1; piece < parallel::pieces(rows, grain); ++piece) {
      for (Index i = 0; i < count; ++i) sums[0][i] += sums[piece][i];
    }
    write_sink(c.sinks[g], first, count, sums[0]);
  }

  Index parts_;
  std::vector<Parameter*> owned_;
};

}  // namespace

Var mix_parts(Tape& tape, const std::vector<Var>& values, Index parts,
              const std::vector<Parameter*>& coefficients) {
  return tape.record(std::make_unique<MixParts>(parts, coefficients), values);
}

}  // namespace espalier
