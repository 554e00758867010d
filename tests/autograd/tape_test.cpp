#include "espalier/tape.hpp"

#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

struct Recorded {
  ParameterStore store{1};
  Tape tape{true};
  Var two = tape.input("two", {4}, Dtype::floating, {{0, 3}, {1, 2}});
  Var one = tape.input("one", {4}, Dtype::floating, {{0, 3}});
  Var tokens = tape.input("tokens", {4}, Dtype::integer, {{0, 3}});
};

/// An op as a plugin might write it, with more of everything than a plan can take.
class Odd final : public Op {
 public:
  Odd(std::vector<Parameter*> owned, RowRule rule) : owned_(std::move(owned)), rule_(rule) {}
  std::string_view name() const override { return "odd"; }
  std::span<Parameter* const> parameters() const override { return owned_; }
  RowRule row_rule() const override { return rule_; }
  ValueInfo infer(std::span<const ValueInfo> in) const override {
    return {rule_ == RowRule::reduce ? Shape{1} : in[0].shape, in[0].dtype};
  }
  void forward(const OpContext& /*c*/) const override {}
  void backward(const BackwardContext& /*c*/) const override {}

 private:
  std::vector<Parameter*> owned_;
  RowRule rule_;
};

}  // namespace

TEST_CASE("an op that a plan cannot take is refused when it is recorded") {
  Recorded r;
  Parameter& w = parameter(r.store, "w", {4});
  const auto record = [&](std::size_t parameters, RowRule rule, std::size_t inputs) {
    r.tape.record(std::make_unique<Odd>(std::vector<Parameter*>(parameters, &w), rule),
                  std::vector<Var>(inputs, r.one));
  };
  CHECK_NOTHROW(record(8, RowRule::same, 32));
  CHECK_NOTHROW(record(0, RowRule::reduce, 33));
  CHECK_THROWS_WITH_AS(record(0, RowRule::same, 0), "[odd] expected at least one input, found none",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      r.tape.record(std::make_unique<Odd>(std::vector<Parameter*>{}, RowRule::same), {r.tokens}),
      "[odd] expected an output of real numbers, found one of integers; labels are read by losses "
      "and metrics as they are",
      ShapeError);
  CHECK_THROWS_WITH_AS(record(9, RowRule::same, 1), "[odd] expected at most 8 parameters, found 9",
                       ShapeError);
  CHECK_THROWS_WITH_AS(record(1, RowRule::same, 33),
                       "[odd] expected at most 32 inputs beside parameters, found 33", ShapeError);
  CHECK_THROWS_WITH_AS(record(0, RowRule::stack, 2),
                       "[odd] expected inputs of different streams, found stream 0 twice",
                       ShapeError);
  CHECK_THROWS_WITH_AS(record(1, RowRule::reduce, 1),
                       "[odd] expected no parameters where rows are reduced, found 'w'; use it in "
                       "an op before the reduction",
                       ShapeError);
}

TEST_CASE("an input stacks its streams along the rows") {
  const Recorded r;
  CHECK(r.tape.shape(r.two) == Shape{5, 4});
  const auto& parts = r.tape.value(r.two).parts;
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].stream == 0);
  CHECK(parts[0].first == 0);
  CHECK(parts[0].rows == 3);
  CHECK(parts[1].stream == 1);
  CHECK(parts[1].first == 3);
  CHECK(parts[1].rows == 2);
  CHECK(r.tape.value(r.tokens).info.dtype == Dtype::integer);
}

TEST_CASE("a value larger than any memory is refused") {
  Tape tape(true);
  constexpr Index kHuge = Index{1} << 40U;
  CHECK_THROWS_WITH_AS(tape.input("x", {kHuge}, Dtype::floating, {{0, 2}}),
                       "[x] expected values of at most 1099511627776 numbers, found "
                       "(2, 1099511627776)",
                       ShapeError);
  CHECK(tape.values().empty());
}

TEST_CASE("select takes the rows of one stream") {
  Recorded r;
  r.tape.enter(-1, "trunk");
  const Var rows = r.tape.select(r.two, 1, 7);
  CHECK(r.tape.shape(rows) == Shape{2, 4});
  REQUIRE(r.tape.value(rows).parts.size() == 1);
  CHECK(r.tape.value(rows).parts[0].stream == 1);
  CHECK(r.tape.value(rows).parts[0].first == 0);
  CHECK(r.tape.nodes().back().task == 7);
  CHECK(r.tape.nodes().back().op == nullptr);
  CHECK_THROWS_WITH_AS(r.tape.select(r.two, 2, 0),
                       "[select] expected rows of stream 2, found 3 of stream 0 + 2 of stream 1",
                       ShapeError);
}

TEST_CASE("nodes remember their task and scope") {
  Recorded r;
  r.tape.enter(-1, "trunk/conv1");
  relu(r.tape, r.one);
  r.tape.enter(3, "heads/letters");
  relu(r.tape, r.one);
  CHECK(r.tape.nodes()[0].task == -1);
  CHECK(r.tape.nodes()[0].scope == "trunk/conv1");
  CHECK(r.tape.nodes()[1].task == 3);
  CHECK(r.tape.nodes()[1].scope == "heads/letters");
}

TEST_CASE("values over different rows do not meet") {
  Recorded r;
  CHECK_THROWS_WITH_AS(add(r.tape, r.two, r.one),
                       "[add] expected inputs over the same rows, found 3 of stream 0 + 2 of "
                       "stream 1 and 3 of stream 0",
                       ShapeError);
  const Var other = r.tape.input("other", {4}, Dtype::floating, {{1, 3}});
  CHECK_THROWS_WITH_AS(
      add(r.tape, r.one, other),
      "[add] expected inputs over the same rows, found 3 of stream 0 and 3 of stream 1",
      ShapeError);
  CHECK(r.tape.nodes().empty());
}

TEST_CASE("a loss is made of one stream and is one number") {
  Recorded r;
  CHECK_THROWS_WITH_AS(mean(r.tape, r.two),
                       "[mean] expected the rows of one stream, found 3 of stream 0 + 2 of stream "
                       "1; record losses inside a task's head",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      r.tape.loss(0, r.one),
      "[loss] expected one number (1), found (3, 4); end the loss with a mean over rows",
      ShapeError);
  const Var loss = mean(r.tape, r.one);
  CHECK(r.tape.shape(loss) == Shape{1});
  CHECK(r.tape.value(loss).parts[0].rows == 1);
  r.tape.loss(4, loss);
  REQUIRE(r.tape.losses().size() == 1);
  CHECK(r.tape.losses()[0].task == 4);
  CHECK(r.tape.value(loss).kept);
}

TEST_CASE("shape errors name the op, what was expected and what was found") {
  Recorded r;
  Parameter& weight = parameter(r.store, "weight", {2, 5});
  CHECK_THROWS_WITH_AS(linear(r.tape, r.one, weight, nullptr),
                       "[linear] expected weight (O, 4) for features (3, 4), found (2, 5)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(r.tape, r.tokens, weight, nullptr),
                       "[linear] expected real numbers, found integers", ShapeError);
  CHECK_THROWS_WITH_AS(relu(r.tape, r.tokens), "[relu] expected real numbers, found integers",
                       ShapeError);
  const Var flat = r.tape.input("flat", {}, Dtype::floating, {{0, 3}});
  CHECK_THROWS_WITH_AS(linear(r.tape, flat, weight, nullptr),
                       "[linear] expected rows of features (N, ..., I), found (3)", ShapeError);
}
