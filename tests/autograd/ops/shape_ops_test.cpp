#include "autograd/ops/op_values.hpp"

namespace espalier::test {

TEST_CASE("reshape and flatten keep the numbers and make no copy") {
  Values v;
  const Var x = v.input(2, {2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  const Var y = reshape(v.tape(), x, {3, 2}), z = flatten(v.tape(), y);
  CHECK(v.tape().shape(y) == Shape{2, 3, 2});
  CHECK(v.tape().shape(z) == Shape{2, 6});
  Plan plan(std::move(v.tape()));
  CHECK(plan.value(z).data == plan.value(x).data);
}

TEST_CASE("concat joins along an inner axis") {
  Values v, w;
  const Var a = v.input(2, {2, 1}, {1, 2, 3, 4}), b = v.input(2, {1, 1}, {5, 6});
  const Var y = concat(v.tape(), {a, b, a}, 1);
  CHECK(v.tape().shape(y) == Shape{2, 5, 1});
  check_near(v.run(y), {1, 2, 5, 1, 2, 3, 4, 6, 3, 4});
  const Var c = w.input(1, {2, 2}, {1, 2, 3, 4}), d = w.input(1, {2, 1}, {5, 6});
  check_near(w.run(concat(w.tape(), {c, d}, -1)), {1, 2, 5, 3, 4, 6});
}

TEST_CASE("slice takes a range of an inner axis") {
  Values v, w;
  check_near(v.run(slice(v.tape(), v.input(2, {3}, {1, 2, 3, 4, 5, 6}), 1, 1, 2)), {2, 3, 5, 6});
  const Var y = slice(w.tape(), w.input(1, {3, 2}, {1, 2, 3, 4, 5, 6}), -2, 2, 1);
  CHECK(w.tape().shape(y) == Shape{1, 1, 2});
  check_near(w.run(y), {5, 6});
}

TEST_CASE("mean over an axis, and over everything") {
  Values v, w, u;
  const std::vector<double> x = {1, 2, 3, 4, 5, 9};
  const Var y = mean(v.tape(), v.input(1, {3, 2}, x), 1);
  CHECK(v.tape().shape(y) == Shape{1, 2});
  check_near(v.run(y), {3, 5});
  check_near(w.run(mean(w.tape(), w.input(1, {3, 2}, x), -1)), {1.5, 3.5, 7});
  check_near(u.run(mean(u.tape(), u.input(2, {3}, x))), {4});
}

}  // namespace espalier::test
