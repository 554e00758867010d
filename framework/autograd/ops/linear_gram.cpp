#include "autograd/ops/linear_gram.hpp"

#include <algorithm>

#include "autograd/gram.hpp"
#include "core/parallel.hpp"
#include "tensor/blas.hpp"
#include "tensor/even.hpp"
#include "tensor/matrix.hpp"
#include "tensor/simd.hpp"

namespace espalier {

namespace {

using blas::Transpose;

// Of all lanes together: what each of two threads forms fits its second-level cache.
constexpr Index kTileNumbers = Index{1} << 18U;

struct Sizes {
  Index lanes, rows, inputs, outputs;  // rows: matrix rows of the largest lane
  bool common;
};

// Output units per tile so that one tile of every lane stays in cache.
Index tile_units(const Sizes& s) {
  const Index most = kTileNumbers / std::max<Index>(1, s.lanes * s.inputs);
  return even(s.outputs, std::clamp<Index>(most, 1, s.outputs));
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

// Columns of dY that are taken at a time.
constexpr Index kColumns = 256;

/// Beside the kernel: sums for each part of the columns and each pair of lanes, and for each thread
/// Z of a lane in these columns.
struct Products {
  Index parts, sums, z;

  Products(Index rows, Index outputs, std::size_t lanes, std::size_t others)
      : parts((outputs + kColumns - 1) / kColumns),
        sums(simd::in_numbers<double>(parts * static_cast<Index>(lanes * others))),
        z(simd::whole_vectors(rows * std::min(kColumns, outputs))) {}
};

// Lanes `a` over one range of rows against lanes `b` over another, or against themselves:
// K = X_a X_b' + 11', Z_t = K dY_t for each lane t of b, then <dY_s, Z_t>; some columns at a time,
// so that numbers are still near when the last pair needs them.
void between(const GramContext& c, const View& v, std::span<const LaneRows> a,
             std::span<const LaneRows> b, bool weight, bool bias) {
  const std::span<real> work = {reinterpret_cast<real*>(c.workspace.data()),
                                c.workspace.size() / sizeof(real)};
  const Index m = v.rows(a[0]), n = v.rows(b[0]);
  const Products place(m, v.outputs, a.size(), b.size());
  real* const kernel = work.data();
  auto* const sums = reinterpret_cast<double*>(kernel + simd::whole_vectors(m * n));
  real* const z = reinterpret_cast<real*>(sums) + place.sums;
  make_kernel(v, a[0], b[0], weight, bias, kernel);
  const std::size_t pairs = a.size() * b.size();
  const auto ends = [&](std::size_t t) { return a.data() == b.data() ? t + 1 : a.size(); };
  const auto lanes = static_cast<Index>(b.size());
  const Index room = work.data() + work.size() - z;
  const Index grain = parallel::grain_for(place.parts * lanes, room / std::max<Index>(1, place.z));
  parallel::for_pieces(place.parts * lanes, grain, [&](int piece, Index begin, Index end) {
    real* const z_t = z + piece * place.z;
    for (Index item = begin; item < end; ++item) {
      const Index part = item / lanes, first = part * kColumns;
      const Index columns = std::min(kColumns, v.outputs - first);
      const auto t = static_cast<std::size_t>(item % lanes);
      blas::gemm(Transpose::no, Transpose::no, m, columns, n, 1.0, kernel, n, v.dy_of(b[t]) + first,
                 v.outputs, 0.0, z_t, columns);
      for (std::size_t s = 0; s < ends(t); ++s) {
        sums[static_cast<std::size_t>(part) * pairs + s * b.size() + t] =
            blas::dot(m, columns, v.dy_of(a[s]) + first, v.outputs, z_t, columns);
      }
    }
  });
  for (std::size_t t = 0; t < b.size(); ++t) {
    for (std::size_t s = 0; s < ends(t); ++s) {
      double sum = 0.0;
      for (Index part = 0; part < place.parts; ++part) {
        sum += sums[static_cast<std::size_t>(part) * pairs + s * b.size() + t];
      }
      add_product(c, a[s], b[t], sum);
    }
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
    add_product(c, s, t,
                blas::dot(m, v.rows(t), kernel + at_value, values, products + at_dy, cotangents));
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
    if (!alone && c.wants(group[0], group[1])) between(c, v, group, group, weight, bias);
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

// Rows [unit, unit + units) of g_t = dY_t' X_t, and of dY_t' 1 behind them.
void form_tile(const View& v, const LaneRows& lane, Index unit, Index units, bool weight, bool bias,
               real* g) {
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

// Lanes on threads of their own.
void by_tiles(const GramContext& c, const View& v, const Sizes& sizes, bool weight, bool bias) {
  real* const tile = reinterpret_cast<real*>(c.workspace.data());
  const Index step = tile_units(sizes);
  for (Index unit = 0; unit < v.outputs; unit += step) {
    const Index units = std::min(step, v.outputs - unit);
    const Index numbers = (weight ? units * v.inputs : 0) + (bias ? units : 0);
    parallel::for_pieces(sizes.lanes, 1, [&](int /*piece*/, Index begin, Index end) {
      for (Index l = begin; l < end; ++l) {
        form_tile(v, c.lanes[static_cast<std::size_t>(l)], unit, units, weight, bias,
                  tile + l * numbers);
      }
    });
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
  const auto lanes = static_cast<std::size_t>(g.lanes);
  const Products products(sizes.rows, outputs, lanes, lanes);
  const Index common = simd::whole_vectors(sizes.rows * sizes.rows) + products.sums +
                       parallel::threads() * products.z;
  const auto kernel = static_cast<std::size_t>(
      std::max(sizes.rows * (values + cotangents), g.common_rows ? common : Index{0}));
  const auto tiles = static_cast<std::size_t>(sizes.lanes * tile_units(sizes) * (inputs + 1));
  return (kernel_is_cheaper(sizes) ? kernel : tiles) * sizeof(real);
}

}  // namespace espalier
