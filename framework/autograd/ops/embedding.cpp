#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include "autograd/ops/check.hpp"
#include "core/arena.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

class Embedding final : public Op, public HasTangent {
 public:
  explicit Embedding(Parameter& table) : owned_{&table} {}

  std::string_view name() const override { return "embedding"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    if (in[0].dtype != Dtype::integer) check::fail(name(), "integer tokens", "real numbers");
    check::that(table().shape.rank() == 2, name(), "a table (V, D)", table().shape);
    Shape y = in[0].shape;
    y.push_back(width());
    return {y, Dtype::floating};
  }

  // y_i = table[token_i]
  void forward(const OpContext& c) const override {
    look_up(c.indices[0], table().data, c.output.data);
  }

  void backward(const BackwardContext& /*c*/) const override {}  // tokens have no gradient
  void tangent(const TangentContext& c) const override {
    look_up(c.indices[0], c.moves[0].data, c.dy.data);
  }

  // dtable[token_i] += dy_i
  void parameter_gradient(const GradientContext& c) const override {
    const Sink& sink = c.sinks[0];
    if (sink.data == nullptr) return;
    const Index numbers = table().shape.size();
    if (sink.beta == 0.0) {
      matrix::fill(numbers, real{0}, sink.data);
    } else if (sink.beta != 1.0) {
      matrix::scale(numbers, sink.beta, sink.data, sink.data);
    }
    const IndexTensor& tokens = c.indices[0];
    for (Index i = 0, n = tokens.size(); i < n; ++i) {
      if (tokens.data[i] < 0) continue;
      matrix::add_scaled(width(), sink.alpha, c.dy.data + i * width(),
                         sink.data + tokens.data[i] * width());
    }
  }

  // <g_s, g_t> = sum over tokens v of <u_s(v), u_t(v)>, u_t(v) the sum of lane t's dy rows at v:
  // the positions are sorted by token, and one token's sums are formed at a time.
  bool gram_forms() const override { return false; }
  void gram(const GramContext& c) const override {
    if (c.includes[0] == 0) return;
    const std::span<Position> positions = sorted_positions(c);
    const Index lanes = static_cast<Index>(c.lanes.size());
    real* const sums = sums_of(c, positions.size());
    for (std::size_t i = 0; i < positions.size();) {
      const std::int32_t token = positions[i].token;
      matrix::fill(lanes * width(), real{0}, sums);
      for (; i < positions.size() && positions[i].token == token; ++i) {
        matrix::add_scaled(width(), 1.0, c.dy.data + positions[i].row * width(),
                           sums + positions[i].lane * width());
      }
      add_products(c, sums);
    }
  }

  Footprint footprint(const Geometry& g) const override {
    if (!g.gram) return {};
    const Index inner = g.output.shape.row_size() / width();
    const auto positions = static_cast<std::size_t>(g.cotangent_rows * inner);
    return {.saved = 0,
            .workspace = Arena::rounded(positions * sizeof(Position)) +
                         static_cast<std::size_t>(g.lanes * width()) * sizeof(real)};
  }
  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  /// A row of dy (counted in vectors of the table's width) and where it belongs.
  struct Position {
    std::int32_t token;
    std::int32_t lane;
    Index row;
  };

  void look_up(const IndexTensor& tokens, const real* rows, real* y) const {
    const auto bytes = static_cast<std::size_t>(width()) * sizeof(real);
    for (Index i = 0, n = tokens.size(); i < n; ++i) {
      const Index token = tokens.data[i];
      if (token >= table().shape[0]) {
        throw RunFailure(text::cat("[embedding] expected tokens below ", table().shape[0],
                                   ", found ", token, " in row ", i / tokens.shape.row_size()));
      }
      real* const to = y + i * width();
      if (token < 0) {
        std::memset(to, 0, bytes);
      } else {
        std::memcpy(to, rows + token * width(), bytes);
      }
    }
  }

  const Tensor& table() const { return owned_[0]->value; }
  Index width() const { return table().shape[1]; }

  static real* sums_of(const GramContext& c, std::size_t positions) {
    return reinterpret_cast<real*>(c.workspace.data() +
                                   Arena::rounded(positions * sizeof(Position)));
  }

  static std::span<Position> sorted_positions(const GramContext& c) {
    auto* const positions = reinterpret_cast<Position*>(c.workspace.data());
    const Index inner = c.indices[0].shape.row_size();
    std::size_t count = 0;
    for (std::size_t l = 0; l < c.lanes.size(); ++l) {
      const LaneRows& lane = c.lanes[l];
      const std::int32_t* tokens = c.indices[0].data + lane.value_row * inner;
      for (Index i = 0; i < lane.rows * inner; ++i) {
        if (tokens[i] < 0) continue;
        positions[count++] = {tokens[i], static_cast<std::int32_t>(l), lane.dy_row * inner + i};
      }
    }
    std::sort(positions, positions + count, [](const Position& a, const Position& b) {
      return std::tie(a.token, a.row) < std::tie(b.token, b.row);
    });
    return {positions, count};
  }

  void add_products(const GramContext& c, const real* sums) const {
    for (std::size_t s = 0; s < c.lanes.size(); ++s) {
      for (std::size_t t = 0; t < c.lanes.size(); ++t) {
        const Index to = c.lanes[s].lane * c.stride + c.lanes[t].lane;
        c.matrix[static_cast<std::size_t>(to)] +=
            blas::dot(width(), sums + static_cast<Index>(s) * width(),
                      sums + static_cast<Index>(t) * width());
      }
    }
  }

  std::array<Parameter*, 1> owned_;
};

}  // namespace

Var embedding(Tape& tape, Var tokens, Parameter& table) {
  return tape.record(std::make_unique<Embedding>(table), {tokens});
}

}  // namespace espalier
