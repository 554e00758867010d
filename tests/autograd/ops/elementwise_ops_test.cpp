#include <cmath>
#include <limits>

#include "autograd/ops/op_values.hpp"

namespace espalier::test {

TEST_CASE("relu keeps positive numbers and does not hide NaN") {
  Values v;
  const auto y = v.run(relu(v.tape(), v.input(2, {2}, {-1.0, 0.0, 2.5, std::nan("")})));
  CHECK(y[0] == 0.0);
  CHECK(y[1] == 0.0);
  CHECK(y[2] == 2.5);
  CHECK(std::isnan(y[3]));
}

TEST_CASE("tanh, sigmoid and gelu at known points") {
  Values t, s, g;
  const std::vector<double> x = {0.0, 1.0, -2.0};
  check_near(t.run(tanh(t.tape(), t.input(3, {}, x))), {0.0, std::tanh(1.0), std::tanh(-2.0)});
  check_near(s.run(sigmoid(s.tape(), s.input(3, {}, x))),
             {0.5, 0.7310585786300049, 0.11920292202211755});
  check_near(g.run(gelu(g.tape(), g.input(3, {}, x))),
             {0.0, 0.8413447460685429, -0.04550026389635842});
}

TEST_CASE("scale, add and multiply") {
  Values v, a, m;
  check_near(v.run(scale(v.tape(), v.input(1, {2}, {3.0, -4.0}), -0.5)), {-1.5, 2.0});
  check_near(a.run(add(a.tape(), a.input(2, {}, {1.0, 2.0}), a.input(2, {}, {10.0, -2.0}))),
             {11.0, 0.0});
  check_near(m.run(multiply(m.tape(), m.input(2, {}, {3.0, 2.0}), m.input(2, {}, {10.0, -2.0}))),
             {30.0, -4.0});
}

TEST_CASE("softmax and log_softmax over the last axis, without overflow") {
  Values v, w;
  const double e = std::exp(1.0);
  const std::vector<double> x = {1.0, 0.0, 0.0, 5000.0, 5000.0, 4999.0};
  const std::vector<double> p = {e / (e + 2),     1 / (e + 2),     1 / (e + 2),
                                 e / (2 * e + 1), e / (2 * e + 1), 1 / (2 * e + 1)};
  std::vector<double> log_p;
  for (const double q : p) log_p.push_back(std::log(q));
  check_near(v.run(softmax(v.tape(), v.input(1, {2, 3}, x))), p);
  check_near(w.run(log_softmax(w.tape(), w.input(1, {2, 3}, x))), log_p);
}

}  // namespace espalier::test
