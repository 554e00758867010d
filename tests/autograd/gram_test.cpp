#include <doctest/doctest.h>

#include <cmath>

#include "autograd/task_model.hpp"
#include "core/threads.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

std::vector<double> gram_of(Model& model, std::uint64_t step) {
  const auto lanes = static_cast<std::size_t>(model.plan.tasks());
  std::vector<double> matrix(lanes * lanes, -1.0);
  model.sweep(step);
  model.plan.gram(matrix);
  return matrix;
}

// Largest |G_st - <g_s, g_t>| / (|g_s| |g_t|).
double gram_error(const std::vector<double>& gram, const std::vector<std::vector<double>>& rows) {
  double worst = 0.0;
  for (std::size_t s = 0; s < rows.size(); ++s) {
    for (std::size_t t = 0; t < rows.size(); ++t) {
      const double wanted = dot(rows[s], rows[t]);
      const double size = std::sqrt(dot(rows[s], rows[s]) * dot(rows[t], rows[t]));
      const double error = std::abs(gram[s * rows.size() + t] - wanted) / size;
      worst = std::isfinite(error) ? std::max(worst, error) : 1e9;
    }
  }
  return worst;
}

std::size_t workspace_bytes(const Plan& plan) {
  std::size_t bytes = 0;
  for (const PlannedBlock& block : plan.blocks()) {
    if (block.kind == BlockKind::workspace) bytes = block.bytes;
  }
  return bytes;
}

struct Layers {
  const char* name;
  Index rows, inputs, hidden;
  bool kernel;  // few rows against large weights
};

constexpr Layers kLayers[] = {{"few rows, large weights", 4, 96, 80, true},
                              {"columns in parts", 4, 400, 600, true},
                              {"many rows, small weights", 120, 3, 5, false}};

Recorder trunk_of(const Layers& layers, bool bias) {
  return [=](Tape& tape, ParameterStore& store, Var x) {
    x = relu(tape, dense(tape, store, x, "0", layers.hidden, Domain::shared, bias));
    return dense(tape, store, x, "1", layers.hidden, Domain::shared, bias);
  };
}

std::vector<double> sum_of_rows(Model& model) {
  const auto rows = jacobian(model, 2);
  std::vector<double> sum(rows[0].size(), 0.0);
  for (const std::vector<double>& row : rows) {
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += row[k];
  }
  return sum;
}

}  // namespace

TEST_CASE("gram is J J' for every geometry, both ways of a linear layer") {
  for (const Layers& layers : kLayers) {
    for (const Streams& streams : all_streams(layers.rows)) {
      for (const bool bias : {true, false}) {
        CAPTURE(layers.name);
        CAPTURE(streams.name);
        CAPTURE(bias);
        ParameterStore store(1);
        Model model =
            make_model(store, streams, {.sample = {layers.inputs}, .trunk = trunk_of(layers, bias)},
                       {.lanes = LaneMode::per_task, .gram = true});
        const std::vector<double> gram = gram_of(model, 2);
        CHECK(gram_error(gram, jacobian(model, 2)) < 1e-5);
        // The kernel way needs rows^2 numbers and less than the weights, the other way no rows^2.
        const auto rows = static_cast<std::size_t>(layers.rows);
        const auto weights = static_cast<std::size_t>(layers.inputs * layers.hidden);
        const std::size_t workspace = workspace_bytes(model.plan) / sizeof(real);
        if (layers.kernel) {
          CHECK(workspace < weights);
        } else {
          CHECK(workspace < rows * rows);
        }
      }
    }
  }
}

TEST_CASE("gram of linear layers with more threads than were planned for, and with fewer") {
  for (const Layers& layers : kLayers) {
    for (const int planned : {1, 3}) {
      const int used = 4 - planned;
      CAPTURE(layers.name);
      CAPTURE(used);
      ParameterStore store(1);
      const Threads before(planned);
      Model model = make_model(store, common_inputs(5, layers.rows),
                               {.sample = {layers.inputs}, .trunk = trunk_of(layers, true)},
                               {.lanes = LaneMode::per_task, .gram = true});
      const Threads during(used);
      CHECK(gram_error(gram_of(model, 2), jacobian(model, 2)) < 1e-5);
    }
  }
}

TEST_CASE("gram of a linear layer over several matrix rows in each value row") {
  for (const Layers& layers : kLayers) {
    for (const Streams& streams : all_streams(layers.rows)) {
      CAPTURE(layers.name);
      CAPTURE(streams.name);
      ParameterStore store(1);
      Model model = make_model(store, streams,
                               {.sample = {3, layers.inputs}, .trunk = trunk_of(layers, true)},
                               {.lanes = LaneMode::per_task, .gram = true});
      const std::vector<double> gram = gram_of(model, 2);
      CHECK(gram_error(gram, jacobian(model, 2)) < 1e-5);
    }
  }
}

TEST_CASE("a layer too wide for one tile is taken in several") {
  // 4 lanes x 1200 inputs: 54 of 120 units fit a tile; the rows make the kernel dearer.
  const Layers wide{"wide", 600, 1200, 120, false};
  ParameterStore store(1);
  Model model = make_model(store, common_inputs(4, wide.rows),
                           {.sample = {wide.inputs},
                            .trunk = [&](Tape& tape, ParameterStore& s,
                                         Var x) { return dense(tape, s, x, "0", wide.hidden); }},
                           {.lanes = LaneMode::per_task, .gram = true});
  const std::vector<double> gram = gram_of(model, 2);
  CHECK(gram_error(gram, jacobian(model, 2)) < 1e-5);
  CHECK(workspace_bytes(model.plan) <
        static_cast<std::size_t>(4 * wide.inputs * wide.hidden) * sizeof(real));
}

TEST_CASE("gram of a convolution in many lanes") {
  // The gradients of so many lanes take more than an image's scratch.
  const Recorder trunk = [](Tape& tape, ParameterStore& s, Var x) {
    x = conv2d(tape, x, parameter(s, "conv/weight", {20, 5, 5, 3}),
               &parameter(s, "conv/bias", {20}), {.stride = 1, .padding = 0});
    return flatten(tape, max_pool(tape, relu(tape, x), {.kernel = 2}));
  };
  for (const Streams& streams : {own_inputs(12, 2), common_inputs(12, 2)}) {
    CAPTURE(streams.name);
    ParameterStore store(1);
    Model model = make_model(store, streams, {.sample = {6, 6, 3}, .trunk = trunk},
                             {.lanes = LaneMode::per_task, .gram = true});
    const std::vector<double> gram = gram_of(model, 2);
    CHECK(gram_error(gram, jacobian(model, 2)) < 1e-5);
    model.sweep(2);
    model.plan.weigh(ones(12), ones(12));
    const std::vector<double> found = gradients(model.plan, Domain::shared);
    CHECK(relative_error(found, sum_of_rows(model)) < 1e-5);
  }
}

TEST_CASE("gram includes convolutions, norms and embeddings of the trunk") {
  const Recorder trunk = [](Tape& tape, ParameterStore& s, Var x) {
    x = conv2d(tape, x, parameter(s, "conv/weight", {4, 3, 3, 2}), &parameter(s, "conv/bias", {4}),
               {.stride = 1, .padding = 1});
    x = layer_norm(tape, x, parameter(s, "norm/scale", {4}), parameter(s, "norm/shift", {4}));
    x = flatten(tape, max_pool(tape, relu(tape, x), {.kernel = 2}));
    return dense(tape, s, x, "dense", 6);
  };
  for (const Streams& streams : all_streams(5)) {
    CAPTURE(streams.name);
    ParameterStore store(1);
    Model model = make_model(store, streams, {.sample = {6, 6, 2}, .trunk = trunk},
                             {.lanes = LaneMode::per_task, .gram = true});
    const std::vector<double> gram = gram_of(model, 1);
    CHECK(gram_error(gram, jacobian(model, 1)) < 1e-5);
  }
}

TEST_CASE("products across two batches are those of the whole gram") {
  const Recorder small = [](Tape& tape, ParameterStore& s, Var x) {
    x = conv2d(tape, reshape(tape, x, {4, 4, 6}), parameter(s, "conv/weight", {3, 3, 3, 6}),
               &parameter(s, "conv/bias", {3}), {});
    x = dense(tape, s, flatten(tape, x), "0", 12);
    return dense(tape, s, tanh(tape, x), "0/again", 5);
  };
  for (const Recorder& trunk : {trunk_of(kLayers[0], true), trunk_of(kLayers[1], true), small}) {
    for (const Streams& streams : all_streams(4)) {
      CAPTURE(streams.name);
      const auto tasks = streams.of_task.size();
      ParameterStore store(1);
      Model model = make_model(
          store, two_batches(streams), {.sample = {96}, .trunk = trunk},
          {.lanes = LaneMode::per_task, .gram = true, .across = static_cast<int>(tasks)});
      const std::vector<double> gram = gram_of(model, 2);
      const auto rows = jacobian(model, 2);
      double worst = 0.0;
      for (std::size_t s = 0; s < tasks; ++s) {
        for (std::size_t t = tasks; t < 2 * tasks; ++t) {
          const double size = std::sqrt(dot(rows[s], rows[s]) * dot(rows[t], rows[t]));
          const double error = gram[s * 2 * tasks + t] - dot(rows[s], rows[t]);
          worst = std::max(worst, std::isfinite(error) ? std::abs(error) / size : 1e9);
        }
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("the blocks of a gram add up to it, and each is its parameters' own") {
  ParameterStore store(6);
  Model model = make_model(store, mixed_inputs(6), {}, {.lanes = LaneMode::per_task, .gram = true});
  const std::vector<double> gram = gram_of(model, 1);
  const std::vector<std::string> names = model.plan.gram_blocks();
  CHECK(names == std::vector<std::string>{"trunk/0/weight", "trunk/1/weight"});
  std::vector<double> sum(gram.size(), 0.0);
  std::vector<std::vector<double>> blocks;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto block = model.plan.gram_block(k);
    REQUIRE(block.size() == gram.size());
    blocks.emplace_back(block.begin(), block.end());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += block[i];
  }
  CHECK(relative_error(sum, gram) < 1e-12);
  CHECK(model.plan.gram_block(names.size()).empty());
  // Parameters in order of use: layer 0 has 6 x 7 + 7 numbers, layer 1 the rest.
  const auto rows = jacobian(model, 1);
  for (std::size_t k = 0; k < 2; ++k) {
    auto part = rows;
    for (auto& row : part) {
      row = k == 0 ? std::vector<double>(row.begin(), row.begin() + 49)
                   : std::vector<double>(row.begin() + 49, row.end());
    }
    CHECK(gram_error(blocks[k], part) < 1e-5);
  }
}

TEST_CASE("gram is symmetric, leaves the lanes as they were, and can be asked for again") {
  ParameterStore store(7);
  Model model = make_model(store, mixed_inputs(6), {}, {.lanes = LaneMode::per_task, .gram = true});
  const auto lanes = static_cast<std::size_t>(model.plan.tasks());
  const std::vector<double> first = gram_of(model, 1);
  std::vector<double> again(first.size(), 5.0);
  model.plan.gram(again);
  CHECK(again == first);
  for (std::size_t s = 0; s < lanes; ++s) {
    for (std::size_t t = 0; t < lanes; ++t) CHECK(first[s * lanes + t] == first[t * lanes + s]);
  }
  model.plan.weigh(ones(model.tasks()), ones(model.tasks()));
  const auto after_gram = gradients(model.plan, Domain::shared);
  model.sweep(1);
  model.plan.weigh(ones(model.tasks()), ones(model.tasks()));
  CHECK(after_gram == gradients(model.plan, Domain::shared));
}

TEST_CASE("a task that does not touch the trunk has a zero row") {
  // Task 1's head ignores its features: its loss is made of another input.
  ParameterStore store(8);
  Tape tape(true);
  const Var x = tape.input("x", {4}, Dtype::floating, {{0, 5}});
  const Var features = dense(tape, store, x, "trunk", 3);
  std::vector<Var> targets;
  for (int t = 0; t < 2; ++t) {
    tape.enter(t, "head");
    const Var own = tape.select(t == 0 ? features : x, 0, t);
    const Var y = dense(tape, store, own, "heads/" + std::to_string(t), 2, Domain::task);
    targets.push_back(tape.input("target", {2}, Dtype::floating, {{0, 5}}));
    tape.loss(t, mean_squared_error(tape, y, targets.back()));
  }
  Plan plan(std::move(tape), {.lanes = LaneMode::per_task, .gram = true});
  RandomStream random(1, "numbers");
  for (const Var v : {x, targets[0], targets[1]}) {
    for (real& n : plan.value(v).span()) n = static_cast<real>(random.normal());
  }
  plan.forward(0);
  plan.backward(ones(2), ones(2));
  std::vector<double> gram(4, 9.0);
  plan.gram(gram);
  CHECK(gram[0] > 0.0);
  CHECK(gram[1] == 0.0);
  CHECK(gram[2] == 0.0);
  CHECK(gram[3] == 0.0);
}
