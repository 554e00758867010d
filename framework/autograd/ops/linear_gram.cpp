#include "autograd/ops/linear_gram.hpp"

#include <algorithm>

#include "autograd/gram.hpp"
#include "core/parallel.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

using blas::Transpose;

constexpr Index kTileNumbers = Index{1}
                               << 17U;  // of all lanes together: fits the second-level cache

struct Sizes {
  Index lanes, rows, inputs, outputs;  // rows: matrix rows of the largest lane
  bool common;
};

// Output units per tile so that one tile of every lane stays in cache.
Index tile_units(const Sizes& s) {
  return std::clamp<Index>(kTileNumbers / std::max<Index>(1, s.lanes * s.inputs), 1, s.outputs);
}

// Multiply-adds of both ways (docs/design.md, "Deferred parameter gradients"); the kernel way pays
// while rows are few against the extents of the weights.
bool kernel_is_cheaper(const Sizes& s) {
  const auto t = static_cast<double>(s.lanes), b = static_cast<double>(s.rows);
  const auto i = static_cast<double>(s.inputs), n = static_cast<double>(s.outputs);
  const double pairs = t * (t + 1.0) / 2.0;
  const double kernel =
      s.common ? b * b * i + t * b * b * n + pairs * b * n : pairs * b * b * (i + n + 1.0);
  const double tiles = t * b * i * n + pairs * i * n;
  return kernel <= tiles;
}

void add(const GramContext& c, const LaneRows& s, const LaneRows& t, double product) {
  c.matrix[static_cast<std::size_t>(s.lane * c.stride + t.lane)] += product;
  if (s.lane != t.lane) c.matrix[static_cast<std::size_t>(t.lane * c.stride + s.lane)] += product;
}

/// Views of one call in matrix rows: a value row may hold several.
struct View {
  const real* x;
  const real* dy;
  Index inner, inputs, outputs;
  const real* x_of(const LaneRows& lane) const { return x + lane.value_row * inner * inputs; }
  const real* dy_of(const LaneRows& lane) const { return dy + lane.dy_row * inner * outputs; }
  Index rows(const LaneRows& lane) const { return lane.rows * inner; }
};

// K = [weight] X_s X_t' + [bias] 11'
void make_kernel(const View& v, const LaneRows& s, const LaneRows& t, bool weight, bool bias,
                 real* kernel) {
  const Index m = v.rows(s), n = v.rows(t);
  matrix::fill(m * n, bias ? real{1} : real{0}, kernel);
  if (!weight) return;
  blas::gemm(Transpose::no, Transpose::yes, m, n, v.inputs, 1.0, v.x_of(s), v.inputs, v.x_of(t),
             v.inputs, 1.0, kernel, n);
}

// Lanes over the same rows: Z_t = K dY_t once for each lane, then <dY_s, Z_t>.
void common_group(const GramContext& c, const View& v, std::span<const LaneRows> group, bool weight,
                  bool bias) {
  real* const kernel = reinterpret_cast<real*>(c.workspace.data());
  const Index m = v.rows(group[0]), n = m * v.outputs;
  real* const z = kernel + m * m;
  make_kernel(v, group[0], group[0], weight, bias, kernel);
  for (std::size_t t = 0; t < group.size(); ++t) {
    blas::gemm(Transpose::no, Transpose::no, m, v.outputs, m, 1.0, kernel, m, v.dy_of(group[t]),
               v.outputs, 0.0, z + static_cast<Index>(t) * n, v.outputs);
  }
  // Pair number p of the lower triangle; each writes a place of its own in the matrix.
  const auto lanes = static_cast<Index>(group.size());
  parallel::for_pieces(lanes * (lanes + 1) / 2, 1, [&](int /*piece*/, Index begin, Index end) {
    for (Index p = begin; p < end; ++p) {
      Index t = 0;
      while ((t + 1) * (t + 2) / 2 <= p) ++t;
      const Index s = p - t * (t + 1) / 2;
      add(c, group[static_cast<std::size_t>(s)], group[static_cast<std::size_t>(t)],
          blas::dot(n, v.dy_of(group[static_cast<std::size_t>(s)]), z + t * n));
    }
  });
}

// Lanes over one range of rows against lanes over another: K = X_a X_b' + 11', Z_t = K dY_t once
// for each lane t of b, then <dY_s, Z_t>.
void between(const GramContext& c, const View& v, std::span<const LaneRows> a,
             std::span<const LaneRows> b, bool weight, bool bias) {
  real* const kernel = reinterpret_cast<real*>(c.workspace.data());
  const Index m = v.rows(a[0]), n = v.rows(b[0]);
  real* const z = kernel + m * n;
  make_kernel(v, a[0], b[0], weight, bias, kernel);
  for (const LaneRows& t : b) {
    blas::gemm(Transpose::no, Transpose::no, m, v.outputs, n, 1.0, kernel, n, v.dy_of(t), v.outputs,
               0.0, z, v.outputs);
    parallel::for_pieces(static_cast<Index>(a.size()), 1, [&](int, Index begin, Index end) {
      for (Index s = begin; s < end; ++s) {
        const LaneRows& lane = a[static_cast<std::size_t>(s)];
        add(c, lane, t, blas::dot(m * v.outputs, v.dy_of(lane), z));
      }
    });
  }
}

// One lane, alone over its rows, against those of all lanes in `others`, which follow each other:
// K = [weight] X X_o' + [bias] 11' and dY_s dY_o' in one product each, and <g_s, g_t> is the sum of
// their products over the columns of t.
void against(const GramContext& c, const View& v, const LaneRows& s,
             std::span<const LaneRows> others, bool weight, bool bias) {
  const LaneRows &first = others.front(), &last = others.back();
  const Index m = v.rows(s);
  const Index values = (last.value_row + last.rows - first.value_row) * v.inner;
  const Index cotangents = (last.dy_row + last.rows - first.dy_row) * v.inner;
  real* const kernel = reinterpret_cast<real*>(c.workspace.data());
  real* const products = kernel + m * values;
  matrix::fill(m * values, bias ? real{1} : real{0}, kernel);
  if (weight) {
    blas::gemm(Transpose::no, Transpose::yes, m, values, v.inputs, 1.0, v.x_of(s), v.inputs,
               v.x_of(first), v.inputs, 1.0, kernel, values);
  }
  blas::gemm(Transpose::no, Transpose::yes, m, cotangents, v.outputs, 1.0, v.dy_of(s), v.outputs,
             v.dy_of(first), v.outputs, 0.0, products, cotangents);
  for (const LaneRows& t : others) {
    const Index at_value = (t.value_row - first.value_row) * v.inner;
    const Index at_dy = (t.dy_row - first.dy_row) * v.inner;
    double sum = 0.0;
    for (Index r = 0; r < m; ++r) {
      sum +=
          blas::dot(v.rows(t), kernel + r * values + at_value, products + r * cotangents + at_dy);
    }
    add(c, s, t, sum);
  }
}

// The first lanes that lie over the same value rows.
std::span<const LaneRows> group_of(std::span<const LaneRows> lanes) {
  std::size_t end = 1;
  while (end < lanes.size() && lanes[end].value_row == lanes[0].value_row) ++end;
  return lanes.first(end);
}

// Lanes of a group belong to one batch: whether a group's products are wanted is asked of its
// first.
void by_kernel(const GramContext& c, const View& v, bool weight, bool bias) {
  for (std::span<const LaneRows> left = c.lanes; !left.empty();) {
    const std::span<const LaneRows> group = group_of(left);
    const bool alone = group.size() == 1;
    if (!alone && c.wants(group[0], group[1])) common_group(c, v, group, weight, bias);
    std::span<const LaneRows> rest = alone ? left : left.subspan(group.size());
    while (!rest.empty()) {
      std::size_t n = 0;
      if (!c.wants(group[0], rest[0])) {
        n = 1;
      } else if (alone) {
        while (n < rest.size() && c.wants(group[0], rest[n])) ++n;
        against(c, v, group[0], rest.first(n), weight, bias);
      } else {
        n = group_of(rest).size();
        between(c, v, group, rest.first(n), weight, bias);
      }
      rest = rest.subspan(n);
    }
    left = left.subspan(group.size());
  }
}

// Rows [unit, unit + units) of every g_t = dY_t' X_t, and of dY_t' 1 beside them.
void by_tiles(const GramContext& c, const View& v, const Sizes& sizes, bool weight, bool bias) {
  real* const tile = reinterpret_cast<real*>(c.workspace.data());
  const Index step = tile_units(sizes);
  for (Index unit = 0; unit < v.outputs; unit += step) {
    const Index units = std::min(step, v.outputs - unit);
    const Index numbers = (weight ? units * v.inputs : 0) + (bias ? units : 0);
    for (std::size_t l = 0; l < c.lanes.size(); ++l) {
      const LaneRows& lane = c.lanes[l];
      real* g = tile + static_cast<Index>(l) * numbers;
      const real* dy = v.dy_of(lane) + unit;
      if (weight) {
        blas::gemm(Transpose::yes, Transpose::no, units, v.inputs, v.rows(lane), 1.0, dy, v.outputs,
                   v.x_of(lane), v.inputs, 0.0, g, v.inputs);
        g += units * v.inputs;
      }
      for (Index u = 0; bias && u < units; ++u) {
        double sum = 0.0;
        for (Index r = 0; r < v.rows(lane); ++r) sum += static_cast<double>(dy[r * v.outputs + u]);
        g[u] = static_cast<real>(sum);
      }
    }
    add_gram_of_rows(tile, numbers, c);
  }
}

}  // namespace

void linear_gram(const GramContext& c, Index inputs, Index outputs, bool weight, bool bias) {
  const View v = {c.inputs[0].data, c.dy.data, c.dy.shape.row_size() / outputs, inputs, outputs};
  Sizes sizes{static_cast<Index>(c.lanes.size()), 0, inputs, outputs, false};
  for (std::size_t l = 0; l < c.lanes.size(); ++l) {
    sizes.rows = std::max(sizes.rows, v.rows(c.lanes[l]));
    if (l > 0 && c.lanes[l].value_row == c.lanes[l - 1].value_row) sizes.common = true;
  }
  if (kernel_is_cheaper(sizes)) {
    by_kernel(c, v, weight, bias);
  } else {
    by_tiles(c, v, sizes, weight, bias);
  }
}

std::size_t linear_gram_workspace(const Geometry& g, Index inputs, Index outputs) {
  const Index inner = g.output.shape.row_size() / outputs;
  const Sizes sizes{g.lanes, g.lane_rows * inner, inputs, outputs, g.common_rows};
  const Index values = g.output.shape[0] * inner, cotangents = g.cotangent_rows * inner;
  const Index common = sizes.rows * sizes.rows + sizes.lanes * sizes.rows * outputs;  // K, K dY_t
  const auto kernel = static_cast<std::size_t>(
      std::max(sizes.rows * (values + cotangents), g.common_rows ? common : Index{0}));
  const auto tiles = static_cast<std::size_t>(sizes.lanes * tile_units(sizes) * (inputs + 1));
  return (kernel_is_cheaper(sizes) ? kernel : tiles) * sizeof(real);
}

}  // namespace espalier
