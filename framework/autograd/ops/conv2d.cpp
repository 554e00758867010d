#include <algorithm>
#include <array>
#include <optional>

#include "autograd/gram.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/window_check.hpp"
#include "core/arena.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "tensor/blas.hpp"
#include "tensor/im2col.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

using blas::Transpose;

// A few images at a time, so that their columns and outputs are still in the second-level cache
// when gemm reads them.
constexpr Index kChunkBytes = Index{1} << 18U;

class Conv2d final : public Op {
 public:
  Conv2d(Parameter& weight, Parameter* bias, const Conv2dOptions& options)
      : owned_{&weight, bias}, count_(bias ? 2U : 1U), options_(options) {}

  std::string_view name() const override { return "conv2d"; }
  std::span<Parameter* const> parameters() const override { return {owned_.data(), count_}; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape &x = in[0].shape, &w = owned_[0]->value.shape;
    check::that(x.rank() == 4, name(), "images (N, H, W, C)", x);
    if (w.rank() != 4 || w[3] != x[3]) {
      check::fail(name(), text::cat("weight (O, KH, KW, ", x[3], ") for images ", to_string(x)),
                  to_string(w));
    }
    if (count_ == 2) check::same_shape(name(), "bias", Shape{w[0]}, owned_[1]->value.shape);
    const Window v = window(x);
    check::window_fits(name(), v, x);
    return {Shape{x[0], v.out_height(), v.out_width(), w[0]}, Dtype::floating};
  }

  // Y = columns(X) W' + 1 b'
  void forward(const OpContext& c) const override {
    const Window v = window(c.inputs[0].shape);
    const Index k = v.column_size(), o = outputs();
    for_chunks(v, c, c.output.shape[0], [&](int, Index first, Index images, real* columns) {
      const Index rows = images * v.positions();
      real* y = c.output.data + first * v.positions() * o;
      if (count_ == 2) matrix::fill_rows(y, rows, o, owned_[1]->value.data);
      const real* a = columns_of(v, images, c.inputs[0].data + first * v.image_size(), columns);
      blas::gemm(Transpose::no, Transpose::yes, rows, o, k, 1.0, a, k, weight(), k,
                 count_ == 2 ? 1.0 : 0.0, y, o);
    });
  }

  // dX = columns'(dY W)
  void backward(const BackwardContext& c) const override {
    const Window v = window(c.dx[0].shape);
    const Index k = v.column_size(), o = outputs();
    for (const Run& run : c.runs[0]) {
      for_chunks(v, c, run.rows, [&](int, Index first, Index images, real* columns) {
        const Index rows = images * v.positions();
        const real* dy = c.dy.data + (run.dy_row + first) * v.positions() * o;
        real* dx = c.dx[0].data + (run.dx_row + first) * v.image_size();
        const bool add = run.accumulate && pointwise(v);
        blas::gemm(Transpose::no, Transpose::no, rows, k, o, 1.0, dy, o, weight(), k,
                   add ? 1.0 : 0.0, pointwise(v) ? dx : columns, k);
        if (pointwise(v)) return;
        if (!run.accumulate) std::fill_n(dx, images * v.image_size(), real{0});
        col2im_add(v, images, columns, dx);
      });
    }
  }

  // dW = dY' columns(X), db = dY' 1
  void parameter_gradient(const GradientContext& c) const override {
    const Window v = window(c.inputs[0].shape);
    const Index k = v.column_size(), o = outputs();
    if (const Sink& w = c.sinks[0]; w.data != nullptr) {
      // The first piece writes where it is wanted, each other one beside it.
      const int pieces =
          for_chunks(v, c, c.rows, [&](int piece, Index first, Index images, real* columns) {
            const real* b =
                columns_of(v, images, c.inputs[0].data + first * v.image_size(), columns);
            const bool begins =
                first == parallel::piece_begin(c.rows, pieces_of(v, c, c.rows), piece);
            const double beta = piece == 0 ? w.beta : 0.0;
            blas::gemm(Transpose::yes, Transpose::no, o, k, images * v.positions(), w.alpha,
                       c.dy.data + first * v.positions() * o, o, b, k, begins ? beta : 1.0,
                       piece == 0 ? w.data : partial(c, piece), k);
          });
      for (int piece = 1; piece < pieces; ++piece) {
        matrix::add_scaled(o * k, 1.0, partial(c, piece), w.data);
      }
    }
    if (count_ == 2 && c.sinks[1].data != nullptr) {
      matrix::column_sums(c.dy.data, c.rows * v.positions(), o, c.sinks[1].alpha, c.sinks[1].beta,
                          c.sinks[1].data);
    }
  }

  // g_t = dY_t' columns(X) of every lane; lanes over the same images share their columns.
  void gram(const GramContext& c) const override {
    real* const formed = formed_rows(c);
    const Index numbers = formed_numbers(c);
    const Window v = window(c.inputs[0].shape);
    const auto lanes = static_cast<Index>(c.lanes.size());
    const std::size_t bytes = column_bytes(v, c.inputs[0].shape[0]);
    const Index least = lanes / most_pieces(c, bytes) + (lanes % most_pieces(c, bytes) > 0 ? 1 : 0);
    const bool split = parallel::pieces(lanes, least) > 1;
    const std::optional<blas::OneThread> alone =
        split ? std::optional<blas::OneThread>(std::in_place) : std::nullopt;
    parallel::for_pieces(lanes, least, [&](int piece, Index begin, Index stop) {
      for (Index l = begin; l < stop;) {
        Index end = l + 1;
        while (end < stop && lane(c, end).value_row == lane(c, l).value_row) ++end;
        form(c, c.lanes.subspan(static_cast<std::size_t>(l), static_cast<std::size_t>(end - l)),
             columns_place(c, bytes, piece), formed + l * numbers, numbers);
        l = end;
      }
    });
    add_gram_of_rows(formed, numbers, c);
  }

  // Each thread's columns take the end of the workspace; its beginning is for the gradients that
  // `gram` forms, or for the threads' parts of one gradient.
  Footprint footprint(const Geometry& g) const override {
    const Window v = window(g.inputs[0].shape);
    const auto threads = static_cast<std::size_t>(parallel::threads());
    const auto numbers = static_cast<std::size_t>(owned_[0]->value.size());
    const std::size_t beginning =
        std::max(formed_gram_workspace(g), (threads - 1) * numbers * sizeof(real));
    return {
        .saved = 0,
        .workspace = Arena::rounded(beginning) + threads * column_bytes(v, g.inputs[0].shape[0])};
  }

  double flops(const Geometry& g) const override {
    const Shape& w = owned_[0]->value.shape;
    return 2.0 * static_cast<double>(g.output.shape.size()) * static_cast<double>(w.row_size());
  }

 private:
  Window window(const Shape& x) const {
    const Shape& w = owned_[0]->value.shape;
    return {x[1], x[2], x[3], w[1], w[2], options_.stride, options_.padding};
  }
  Index outputs() const { return owned_[0]->value.shape[0]; }
  const real* weight() const { return owned_[0]->value.data; }

  // The window sees one pixel and visits all of them: the images are the columns.
  static bool pointwise(const Window& v) {
    return v.kernel_height == 1 && v.kernel_width == 1 && v.stride == 1 && v.padding == 0;
  }

  Index chunk(const Window& v) const {
    const Index numbers = v.positions() * (v.column_size() + outputs());
    return std::max<Index>(1, kChunkBytes / (numbers * static_cast<Index>(sizeof(real))));
  }

  std::size_t column_bytes(const Window& v, Index images) const {
    if (pointwise(v)) return 0;
    const Index numbers = std::min(images, chunk(v)) * v.positions() * v.column_size();
    return Arena::rounded(static_cast<std::size_t>(numbers) * sizeof(real));
  }

  // Rows of `formed` for lanes over the same images: [weight gradient,] [bias gradient].
  void form(const GramContext& c, std::span<const LaneRows> lanes, real* columns, real* formed,
            Index numbers) const {
    const Window v = window(c.inputs[0].shape);
    const Index k = v.column_size(), o = outputs(), dy_row = v.positions() * o;
    const bool weight = c.includes[0] != 0, bias = count_ == 2 && c.includes[1] != 0;
    const real* const x = c.inputs[0].data + lanes[0].value_row * v.image_size();
    for (Index first = 0; first < lanes[0].rows; first += chunk(v)) {
      const Index images = std::min(chunk(v), lanes[0].rows - first);
      const Index rows = images * v.positions();
      const double beta = first == 0 ? 0.0 : 1.0;
      const real* b = weight ? columns_of(v, images, x + first * v.image_size(), columns) : nullptr;
      for (std::size_t l = 0; l < lanes.size(); ++l) {
        const real* dy = c.dy.data + (lanes[l].dy_row + first) * dy_row;
        real* const place = formed + static_cast<Index>(l) * numbers;
        if (weight) {
          blas::gemm(Transpose::yes, Transpose::no, o, k, rows, 1.0, dy, o, b, k, beta, place, k);
        }
        if (bias) matrix::column_sums(dy, rows, o, 1.0, beta, place + (weight ? o * k : 0));
      }
    }
  }

  static const LaneRows& lane(const GramContext& c, Index l) {
    return c.lanes[static_cast<std::size_t>(l)];
  }

  static const real* columns_of(const Window& v, Index images, const real* x, real* columns) {
    if (pointwise(v)) return x;
    im2col(v, images, x, columns);
    return columns;
  }

  // Columns of one piece; there are as many places as were planned threads.
  static real* columns_place(const OpContext& c, std::size_t bytes, int piece) {
    return reinterpret_cast<real*>(c.workspace.data() + c.workspace.size() -
                                   (static_cast<std::size_t>(piece) + 1) * bytes);
  }

  Index most_pieces(const OpContext& c, std::size_t bytes) const {
    if (bytes == 0) return 1;
    const auto numbers = static_cast<std::size_t>(owned_[0]->value.size());
    const std::size_t each = bytes + numbers * sizeof(real);
    return static_cast<Index>(std::max<std::size_t>(1, (c.workspace.size() + numbers) / each));
  }

  int pieces_of(const Window& v, const OpContext& c, Index images) const {
    const Index most = most_pieces(c, column_bytes(v, images));
    return parallel::pieces(images, (images + most - 1) / most);
  }

  // The part of a gradient that a piece after the first gathers.
  real* partial(const OpContext& c, int piece) const {
    return reinterpret_cast<real*>(c.workspace.data()) + (piece - 1) * owned_[0]->value.size();
  }

  // Calls f(piece, first image, images, place for their columns), pieces on threads of their own;
  // returns the number of pieces. Products of one thread over a few images beat products of all
  // threads: their columns stay in that core's cache, and unfolding is shared too.
  template <class F>
  int for_chunks(const Window& v, const OpContext& c, Index images, F f) const {
    const std::size_t bytes = column_bytes(v, images);
    const int pieces = pieces_of(v, c, images);
    const std::optional<blas::OneThread> alone =
        pieces > 1 ? std::optional<blas::OneThread>(std::in_place) : std::nullopt;
    parallel::for_pieces(images, (images + pieces - 1) / pieces,
                         [&](int piece, Index begin, Index stop) {
                           real* const columns = columns_place(c, bytes, piece);
                           for (Index first = begin; first < stop; first += chunk(v)) {
                             f(piece, first, std::min(chunk(v), stop - first), columns);
                           }
                         });
    return pieces;
  }

  std::array<Parameter*, 2> owned_;  // weight, bias (or null)
  std::size_t count_;
  Conv2dOptions options_;
};

}  // namespace

Var conv2d(Tape& tape, Var x, Parameter& weight, Parameter* bias, const Conv2dOptions& options) {
  return tape.record(std::make_unique<Conv2d>(weight, bias, options), {x});
}

}  // namespace espalier
