#include <doctest/doctest.h>

#include <numeric>
#include <set>
#include <string>

#include "autograd/ops/op_bench.hpp"

/// The rules of tangent.hpp, tried on every op by hand-made contexts.
namespace espalier::test {

namespace {

using Numbers = std::vector<real>;

double product(const Numbers& a, const Numbers& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                            [](real x, real y) { return static_cast<double>(x * y); });
}

/// How inputs and parameters move; empty: they stay.
struct Motions {
  std::vector<Numbers> inputs, parameters;
  bool any() const {
    const auto moves = [](const Numbers& numbers) { return !numbers.empty(); };
    return std::ranges::any_of(inputs, moves) || std::ranges::any_of(parameters, moves);
  }
};

Motions random_motions(const Bench& bench, bool inputs, bool parameters) {
  Motions m;
  for (std::size_t k = 0; k < bench.inputs(); ++k) {
    const bool moves = inputs && bench.differentiable(k);
    const Index numbers = moves ? bench.shape(k).size() : 0;
    m.inputs.push_back(random_numbers("x" + std::to_string(k), numbers));
  }
  for (const auto& owned : bench.parameters()) {
    const auto numbers = static_cast<Index>(owned->numbers.size());
    m.parameters.push_back(random_numbers("p" + owned->parameter.name, parameters ? numbers : 0));
  }
  return m;
}

// After bench.forward().
Numbers tangent_of(Bench& bench, Motions& m, bool in_place = false,
                   const std::vector<UnformedGradient>& unformed = {}) {
  Numbers y(static_cast<std::size_t>(bench.output_shape().size()), kNaN);
  std::vector<Tensor> dx;
  for (std::size_t k = 0; k < m.inputs.size(); ++k) {
    dx.push_back(m.inputs[k].empty() ? Tensor{} : Tensor{m.inputs[k].data(), bench.shape(k)});
  }
  std::vector<ConstTensor> moves;
  for (std::size_t k = 0; k < m.parameters.size(); ++k) {
    const Shape& shape = bench.parameters()[k]->parameter.value.shape;
    moves.push_back(m.parameters[k].empty() ? ConstTensor{}
                                            : ConstTensor{m.parameters[k].data(), shape});
  }
  std::vector<std::span<const UnformedGradient>> more(moves.size());
  if (!unformed.empty()) more[0] = unformed;
  TangentContext c;
  static_cast<OpContext&>(c) = bench.context();
  c.dx = dx;
  c.dy = {in_place ? m.inputs[0].data() : y.data(), bench.output_shape()};
  c.moves = moves;
  c.unformed = more;
  bench.spoil_workspace();
  bench.tangent_op()->tangent(c);
  return in_place ? m.inputs[0] : y;
}

// <J' u, motions>
double transposed(Bench& bench, const Numbers& u, const Motions& m) {
  double sum = 0.0;
  const Index rows = bench.output_shape()[0];
  for (std::size_t k = 0; k < m.inputs.size(); ++k) {
    if (m.inputs[k].empty()) continue;
    Numbers dx(m.inputs[k].size(), kNaN);
    bench.backward(k, u, rows, dx, rows, {{.rows = rows}});
    sum += product(dx, m.inputs[k]);
  }
  for (const Part& part : bench.parts()) {
    if (bench.parameters().empty()) break;
    const auto gradients = parameter_gradient(bench, u, part, 1.0, 0.0, kNaN);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (!m.parameters[k].empty()) sum += product(gradients[k], m.parameters[k]);
    }
  }
  return sum;
}

template <class F>
void for_tangents(F check) {
  for (const OpCase& c : op_cases()) {
    Bench bench(c);
    // A stack's rows are those of several inputs; it is tried by plans.
    if (c.loss || bench.tangent_op() == nullptr) continue;
    if (bench.op().row_rule() == RowRule::stack) continue;
    INFO(c.name);
    bench.forward();
    check(c, bench);
  }
}

// y at inputs and parameters moved by h.
Numbers moved_output(const OpCase& c, const Motions& m, double h) {
  Bench bench(c);
  const auto move = [h](Numbers& numbers, const Numbers& by) {
    for (std::size_t i = 0; i < by.size(); ++i) numbers[i] += static_cast<real>(h) * by[i];
  };
  for (std::size_t k = 0; k < m.inputs.size(); ++k) move(bench.input(k), m.inputs[k]);
  for (std::size_t k = 0; k < m.parameters.size(); ++k) {
    move(bench.parameters()[k]->numbers, m.parameters[k]);
  }
  bench.forward();
  return bench.result();
}

}  // namespace

TEST_CASE("all ops but losses and those whose gradient is none have a tangent") {
  std::set<std::string> without;
  for (const OpCase& c : op_cases()) {
    const Bench bench(c);
    if (!c.loss && bench.tangent_op() == nullptr) without.emplace(bench.op().name());
  }
  CHECK(without == std::set<std::string>{"entropy_pull"});
}

TEST_CASE("a tangent is the transpose of backward and parameter_gradient") {
  for_tangents([](const OpCase& /*c*/, Bench& bench) {
    const Numbers u = random_numbers("u", bench.output_shape().size());
    for (const bool inputs : {true, false}) {
      for (const bool parameters : {true, false}) {
        Motions m = random_motions(bench, inputs, parameters);
        if (!m.any()) continue;  // then nobody asks
        const double expected = transposed(bench, u, m);
        const Numbers y = tangent_of(bench, m);
        const double size = std::sqrt(product(y, y) * product(u, u)) + 1e-3;
        CHECK(std::abs(product(u, y) - expected) < 1e-12 * size);
      }
    }
  });
}

TEST_CASE("a tangent is the derivative by central differences") {
  for_tangents([](const OpCase& c, Bench& bench) {
    constexpr double kStep = 1e-6;
    Motions m = random_motions(bench, true, true);
    const Numbers y = tangent_of(bench, m);
    const Numbers above = moved_output(c, m, kStep), below = moved_output(c, m, -kStep);
    const double length = std::sqrt(product(y, y));
    double worst = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double difference = static_cast<double>(above[i] - below[i]) / (2.0 * kStep);
      worst = std::max(worst, std::abs(difference - static_cast<double>(y[i])));
    }
    CHECK(worst < 1e-6 * std::max(1.0, length));
  });
}

TEST_CASE("a tangent may take the place of the one it is made of where the op works in place") {
  int tried = 0;
  for_tangents([&](const OpCase& /*c*/, Bench& bench) {
    if (!bench.op().in_place() || bench.inputs() != 1) return;
    ++tried;
    Motions m = random_motions(bench, true, true);
    const Numbers apart = tangent_of(bench, m);
    CHECK(tangent_of(bench, m, /*in_place=*/true) == apart);
  });
  CHECK(tried >= 10);
}

TEST_CASE("a linear layer moves by an unformed gradient as by a formed one") {
  int tried = 0;
  for_tangents([&](const OpCase& /*c*/, Bench& bench) {
    if (bench.op().name() != "linear") return;
    ++tried;
    const Shape &x = bench.shape(0), &y = bench.output_shape();
    const Numbers input = random_numbers("other x", x.size());
    const Numbers cotangent = random_numbers("other dy", y.size());
    Motions m = random_motions(bench, true, true);
    Numbers& weight = m.parameters[0];
    const Index in = x[-1], out = y[-1];
    std::ranges::fill(weight, real{0});
    for (Index r = 0; r < x.size() / in; ++r) {
      for (Index o = 0; o < out; ++o) {
        for (Index i = 0; i < in; ++i) {
          weight[static_cast<std::size_t>(o * in + i)] +=
              cotangent[static_cast<std::size_t>(r * out + o)] *
              input[static_cast<std::size_t>(r * in + i)];
        }
      }
    }
    const Numbers formed = tangent_of(bench, m);
    weight.clear();
    std::vector<UnformedGradient> unformed = {{{input.data(), x}, {cotangent.data(), y}}};
    bench.make_room(x.size() / in);
    const Numbers found = tangent_of(bench, m, false, unformed);
    bool agree = true;
    for (std::size_t i = 0; i < formed.size(); ++i) agree &= near(found[i], formed[i]);
    CHECK(agree);
  });
  CHECK(tried >= 3);
}

}  // namespace espalier::test
