#include <doctest/doctest.h>

#include <limits>

#include "autograd/many_ops.hpp"
#include "core/text.hpp"
#include "core/threads.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr int kAllAtOnce = std::numeric_limits<int>::max();

Var pooled(Tape& tape, ParameterStore& store, Var x, const std::string& name, Index outputs) {
  return max_pool(tape, relu(tape, convolution_3x3(tape, store, x, name, outputs)), {.kernel = 2});
}

Var normalised(Tape& tape, ParameterStore& store, Var x, const std::string& name) {
  const Shape channels{tape.shape(x)[-1]};
  return layer_norm(tape, x, parameter(store, name + "/scale", channels),
                    parameter(store, name + "/shift", channels));
}

// Formed in the sweep, formed at the update and nothing to form; some of it in place.
Var two_convolutions(Tape& tape, ParameterStore& store, Var x) {
  x = pooled(tape, store, x, "trunk/a", 10);
  x = normalised(tape, store, x, "trunk/b");
  x = flatten(tape, pooled(tape, store, x, "trunk/c", 5));
  return relu(tape, dense(tape, store, x, "trunk/d", 16));
}

/// y = x, dx = step dy: looks at what it is told beside the numbers.
class StepTimes final : public Op {
 public:
  std::string_view name() const override { return "step_times"; }
  ValueInfo infer(std::span<const ValueInfo> in) const override { return in[0]; }
  void forward(const OpContext& c) const override {
    std::copy_n(c.inputs[0].data, c.inputs[0].size(), c.output.data);
  }
  void backward(const BackwardContext& c) const override {
    const Index row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (Index i = 0; i < run.rows * row; ++i) {
        c.dx[0].data[run.dx_row * row + i] =
            static_cast<real>(c.step) * c.dy.data[run.dy_row * row + i];
      }
    }
  }
};

// Wide cotangents that pass lie above narrow ones that stay.
Var wide_and_narrow(Tape& tape, ParameterStore& store, Var x) {
  x = normalised(tape, store, pooled(tape, store, x, "trunk/a", 2), "trunk/b");
  x = tape.record(std::make_unique<StepTimes>(), {flatten(tape, x)});
  x = dense(tape, store, x, "trunk/c", 24);
  x = tanh(tape, concat(tape, std::vector<Var>(16, x), -1));
  return normalised(tape, store, gelu(tape, x), "trunk/d");
}

// What the waves pass on is read behind them, too: a layer of many weights ends them.
Var skipping(Tape& tape, ParameterStore& store, Var x) {
  const Var y = normalised(tape, store, pooled(tape, store, x, "trunk/a", 10), "trunk/b");
  x = flatten(tape, pooled(tape, store, y, "trunk/c", 10));
  const Var wide = gelu(tape, dense(tape, store, x, "trunk/d", 3000));
  return concat(tape, {dense(tape, store, wide, "trunk/e", 8), x, flatten(tape, y)}, -1);
}

struct Trial {
  Streams streams;
  int across = 0;
};

Model make(ParameterStore& store, const Trial& trial, const Recorder& recorder, int wave_lanes,
           bool spread = false) {
  return make_model(store, trial.streams, {.sample = {12, 12, 2}, .trunk = recorder},
                    {.lanes = LaneMode::per_task,
                     .gram = true,
                     .keep_formed = true,
                     .wave_lanes = wave_lanes,
                     .across = trial.across,
                     .fused = true,
                     .spread = spread});
}

struct Outcome {
  std::vector<double> gram, shared, heads;
};

Outcome outcome(Model& model) {
  Outcome o;
  const auto tasks = static_cast<std::size_t>(model.tasks());
  for (const std::uint64_t step : {1U, 2U}) {  // nothing of the first is left in the second
    model.sweep(step);
    o.gram.resize(tasks * tasks);
    model.plan.gram(o.gram);
    std::vector<double> weights = ones(model.tasks());
    for (std::size_t t = 0; t < tasks; ++t) weights[t] -= 0.3 * static_cast<double>(t);
    model.plan.weigh(weights, weights);
    o.shared = gradients(model.plan, Domain::shared);
    o.heads = gradients(model.plan, Domain::task);
  }
  return o;
}

std::vector<Trial> trials() {
  return {{common_inputs(5, 6)},
          {common_inputs(8, 5)},
          {two_batches(common_inputs(5, 4)), /*across=*/5},
          {{"streams of five tasks and of three", {5, 7}, {0, 0, 0, 0, 0, 1, 1, 1}}},
          {own_inputs(5, 4)},
          {two_batches(own_inputs(3, 4)), /*across=*/3},
          {{"streams of one task, of two and of three", {3, 4, 5}, {0, 1, 1, 2, 2, 2}}},
          {mixed_inputs(4)}};
}

std::size_t bytes_of(const Plan& plan, const std::string& name) {
  for (const PlannedBlock& block : plan.blocks()) {
    if (block.name == name) return block.bytes;
  }
  FAIL(text::cat("no block ", name));
  return 0;
}

std::size_t cotangent_bytes(const Plan& plan) {
  std::size_t bytes = 0;
  for (const PlannedBlock& block : plan.blocks()) {
    if (block.kind == BlockKind::cotangent) bytes += block.bytes;
  }
  return bytes;
}

}  // namespace

TEST_CASE("lanes that go down in waves give what they give together") {
  for (const Recorder& recorder : {Recorder(two_convolutions), Recorder(wide_and_narrow),
                                   Recorder(skipping), Recorder(many_ops)}) {
    for (const Trial& trial : trials()) {
      CAPTURE(trial.streams.name);
      ParameterStore store(1);
      Model together = make(store, trial, recorder, kAllAtOnce);
      const Outcome expected = outcome(together);
      for (const int lanes : {0, 1, 2, 3, 4}) {
        CAPTURE(lanes);
        Model waves = make(store, trial, recorder, lanes);
        const Outcome found = outcome(waves);
        constexpr double kRounding = 1e-5;  // a convolution of one lane goes another way
        CHECK(relative_error(found.gram, expected.gram) < kRounding);
        CHECK(relative_error(found.shared, expected.shared) < kRounding);
        CHECK(found.heads == expected.heads);
        // No block is used beyond its planned life.
        Model apart = make(store, trial, recorder, lanes, /*spread=*/true);
        const Outcome same = outcome(apart);
        CHECK(same.gram == found.gram);
        CHECK(same.shared == found.shared);
      }
    }
  }
}

TEST_CASE("cotangents that pass with their wave have room for one") {
  const Trial trial{common_inputs(8, 5)};
  ParameterStore store(1);
  const Model together = make(store, trial, two_convolutions, kAllAtOnce);
  const Model waves = make(store, trial, two_convolutions, 2);
  const auto shrinks = [&](const std::string& name) {
    return bytes_of(together.plan, name) / bytes_of(waves.plan, name);
  };
  CHECK(shrinks("d0:conv2d+relu+max_pool") == 4);
  CHECK(shrinks("d1:layer_norm") == 4);
  CHECK(shrinks("d2:conv2d+relu+max_pool") == 4);
  CHECK(shrinks("d4:linear") == 1);  // the update reads it
  for (const Recorder& recorder : {Recorder(two_convolutions), Recorder(wide_and_narrow),
                                   Recorder(skipping), Recorder(many_ops)}) {
    ParameterStore others(1);
    const Model all = make(others, trial, recorder, kAllAtOnce);
    const Model few = make(others, trial, recorder, 2);
    CHECK(few.plan.arena_bytes() <= all.plan.arena_bytes());
    CHECK(cotangent_bytes(few.plan) < cotangent_bytes(all.plan));
  }
}

TEST_CASE("the engine lets many lanes go down in waves, so that memory hardly grows with tasks") {
  const auto bytes = [](int tasks, int wave_lanes) {
    ParameterStore store(1);
    const Trial trial{common_inputs(tasks, 64)};
    return static_cast<double>(make(store, trial, two_convolutions, wave_lanes).plan.arena_bytes());
  };
  CHECK(bytes(2, 0) == bytes(2, kAllAtOnce));
  CHECK(bytes(16, 0) < 1.2 * bytes(8, 0));
  CHECK(bytes(16, 0) < 0.5 * bytes(16, kAllAtOnce));
}

TEST_CASE("lanes go together where no cotangent would shrink") {
  const Recorder wide = [](Tape& tape, ParameterStore& store, Var x) {
    x = flatten(tape, pooled(tape, store, x, "trunk/a", 10));
    return relu(tape, dense(tape, store, x, "trunk/b", 800));  // 1.1 MiB
  };
  const Recorder layers = [](Tape& tape, ParameterStore& store, Var x) {
    x = relu(tape, dense(tape, store, flatten(tape, x), "trunk/a", 20));
    return relu(tape, dense(tape, store, x, "trunk/b", 20));
  };
  for (const Recorder& recorder : {wide, layers}) {
    const Trial trial{common_inputs(8, 5)};
    ParameterStore store(1);
    Model waves = make(store, trial, recorder, 2),
          together = make(store, trial, recorder, kAllAtOnce);
    const auto blocks = [](const Model& model) {
      std::vector<std::pair<int, int>> lives;
      for (const PlannedBlock& b : model.plan.blocks()) lives.emplace_back(b.begin, b.end);
      return lives;
    };
    CHECK(blocks(waves) == blocks(together));
    CHECK(outcome(waves).shared == outcome(together).shared);
  }
}

TEST_CASE("waves hold lanes that share rows, or, of two batches, two lanes for each thread") {
  const Threads two(2);
  const auto shrinks = [&](const Trial& trial) {
    ParameterStore store(1);
    const std::string name = "d0:conv2d+relu+max_pool";
    return static_cast<double>(
               bytes_of(make(store, trial, two_convolutions, kAllAtOnce).plan, name)) /
           static_cast<double>(bytes_of(make(store, trial, two_convolutions, 0).plan, name));
  };
  const Streams own{"four inputs", {5, 5, 5, 5}, {0, 1, 2, 3}};
  CHECK(shrinks({own}) == 1);
  CHECK(shrinks({two_batches(own), /*across=*/4}) == 2);
  CHECK(shrinks({two_batches(common_inputs(2, 5)), /*across=*/2}) == 2);
  CHECK(shrinks({{"two, and two alone", {5, 5, 5}, {0, 0, 1, 2}}}) == 2);
  // Three waves: lanes 1 and 2 share rows.
  CHECK(shrinks({{"one, two and one", {5, 9, 5}, {0, 1, 1, 2}}}) == 28.0 / 18.0);
  CHECK(shrinks({{"not in order", {5, 5, 5}, {0, 2, 1, 0}}}) == 1);
}

TEST_CASE("a cotangent that somebody watches holds all lanes") {
  std::vector<real> seen[2];
  for (const int lanes : {kAllAtOnce, 2}) {
    Var watched;
    const Recorder recorder = [&](Tape& tape, ParameterStore& store, Var x) {
      watched = normalised(tape, store, pooled(tape, store, x, "trunk/a", 10), "trunk/b");
      tape.watch(watched);
      return flatten(tape, pooled(tape, store, watched, "trunk/c", 5));
    };
    ParameterStore store(1);
    Model model = make(store, {common_inputs(8, 5)}, recorder, lanes);
    model.sweep(1);
    const Tensor cotangent = model.plan.cotangent(watched);
    CHECK(cotangent.shape[0] == 8 * 5);
    seen[lanes == 2 ? 1 : 0].assign(cotangent.data, cotangent.data + cotangent.size());
  }
  CHECK(relative_error({seen[1].begin(), seen[1].end()}, {seen[0].begin(), seen[0].end()}) < 1e-6);
}
