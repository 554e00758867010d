#include <doctest/doctest.h>

#include "autograd/task_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

using Matrix = std::vector<std::vector<double>>;  // [row][column]

Matrix matrix_of(const Tensor& t) {
  Matrix m(static_cast<std::size_t>(t.shape[0]));
  const Index columns = t.shape.row_size();
  for (std::size_t r = 0; r < m.size(); ++r) {
    const real* row = t.data + static_cast<Index>(r) * columns;
    m[r].assign(row, row + columns);
  }
  return m;
}

std::vector<double> row_of(const Tensor& t) { return {t.data, t.data + t.size()}; }

// y = x W' + b
Matrix affine(const Matrix& x, const Matrix& w, const std::vector<double>& b) {
  Matrix y;
  for (const auto& row : x) {
    std::vector<double> out;
    for (std::size_t o = 0; o < w.size(); ++o) out.push_back(b[o] + dot(row, w[o]));
    y.push_back(out);
  }
  return y;
}

// dW = dY' X, then db = the sum of dY's rows, one after the other.
void append_affine_gradient(const Matrix& x, const Matrix& dy, std::vector<double>& to) {
  for (std::size_t o = 0; o < dy[0].size(); ++o) {
    for (std::size_t i = 0; i < x[0].size(); ++i) {
      double sum = 0.0;
      for (std::size_t r = 0; r < x.size(); ++r) sum += dy[r][o] * x[r][i];
      to.push_back(sum);
    }
  }
  for (std::size_t o = 0; o < dy[0].size(); ++o) {
    double sum = 0.0;
    for (const auto& row : dy) sum += row[o];
    to.push_back(sum);
  }
}

}  // namespace

TEST_CASE("gradients of a two-layer network equal the loops written out") {
  ParameterStore store(8);
  const Recorder trunk = [](Tape& tape, ParameterStore& s, Var x) {
    return relu(tape, dense(tape, s, x, "first", 9));
  };
  Model model = make_model(store, common_inputs(1, 11), {.trunk = trunk}, {});
  model.sweep(1);
  model.plan.weigh(ones(1), ones(1));

  const auto named = [&](const char* name) -> const Tensor& {
    for (const Parameter& p : store.parameters()) {
      if (p.name == name) return p.value;
    }
    FAIL("no such parameter");
    return store.parameters()[0].value;
  };
  const Matrix x = matrix_of(model.plan.value(model.input)),
               w2 = matrix_of(named("heads/0/weight"));
  const Matrix target = matrix_of(model.plan.value(model.targets[0]));
  const Matrix before = affine(x, matrix_of(named("first/weight")), row_of(named("first/bias")));
  Matrix hidden = before;
  for (auto& row : hidden) {
    for (double& h : row) h = h > 0.0 ? h : 0.0;
  }
  const Matrix y = affine(hidden, w2, row_of(named("heads/0/bias")));
  Matrix dy = y, dhidden = before;
  double loss = 0.0;
  const double count = static_cast<double>(y.size() * y[0].size());
  for (std::size_t r = 0; r < y.size(); ++r) {
    for (std::size_t o = 0; o < y[r].size(); ++o) {
      const double d = y[r][o] - target[r][o];
      loss += d * d / count;
      dy[r][o] = 2.0 * d / count;
    }
    for (std::size_t h = 0; h < before[r].size(); ++h) {
      double sum = 0.0;
      for (std::size_t o = 0; o < y[r].size(); ++o) sum += dy[r][o] * w2[o][h];
      dhidden[r][h] = before[r][h] > 0.0 ? sum : 0.0;
    }
  }
  std::vector<double> shared, own;
  append_affine_gradient(x, dhidden, shared);
  append_affine_gradient(hidden, dy, own);
  CHECK(static_cast<double>(model.plan.loss(0)) == doctest::Approx(loss).epsilon(1e-5));
  CHECK(relative_error(gradients(model.plan, Domain::shared), shared) < 1e-5);
  CHECK(relative_error(gradients(model.plan, Domain::task), own) < 1e-5);
}
