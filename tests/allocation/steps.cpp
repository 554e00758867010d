#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cstdlib>
#include <new>
#include <thread>

#include "allocation/counter.hpp"
#include "autograd/task_model.hpp"
#include "balance/balancer.hpp"
#include "core/parallel.hpp"
#include "core/set_fields.hpp"
#include "optim/schedule.hpp"
#include "optim/updater.hpp"
#include "tensor/blas.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

Var convolutional(Tape& tape, ParameterStore& s, Var x) {
  x = conv2d(tape, x, parameter(s, "c/weight", {16, 3, 3, 4}), &parameter(s, "c/bias", {16}),
             {.stride = 1, .padding = 1});
  std::vector<RunningStatistics> statistics;
  std::vector<StreamRandom> randoms;
  for (const Part& part : tape.value(x).parts) {
    const std::string stream = std::to_string(part.stream);
    statistics.push_back({part.stream, &s.buffer("mean/" + stream, {16}, 0.0),
                          &s.buffer("variance/" + stream, {16}, 1.0)});
    randoms.push_back({part.stream, RandomStream(1, "drop/" + stream)});
  }
  x = batch_norm(tape, x, parameter(s, "bn/scale", {16}), parameter(s, "bn/shift", {16}),
                 statistics);
  x = flatten(tape, max_pool(tape, gelu(tape, x), {.kernel = 2}));
  // Large enough for a product to use two threads.
  x = relu(tape, dense(tape, s, x, "d1", 256));
  x = dropout(tape, x, 0.2, randoms);
  for (int i = 0; i < 2; ++i) x = relu(tape, dense(tape, s, x, "square", 256));
  return layer_norm(tape, x, parameter(s, "ln/scale", {256}), parameter(s, "ln/shift", {256}));
}

struct Trainer {
  Trainer(const Streams& streams, const char* method, const char* rule,
          const std::map<std::string, Option>& options)
      : balancer(make(balancer_table(), method)),
        optimizer(make(optimizer_table(), rule, options)),
        lanes(balancer->needs().gram),
        model(make_model(store, streams, {.sample = {8, 8, 4}, .trunk = convolutional},
                         {.lanes = lanes ? LaneMode::per_task : LaneMode::one, .gram = lanes})),
        group{"", optimizer.get()},
        updater(model.plan.parameters(), {&group, 1}),
        one(ones(model.tasks())),
        weights(one),
        gram(one.size() * one.size()) {}

  // One training step behind the filling of the inputs.
  void step(std::uint64_t number) {
    model.plan.forward(number);
    if (lanes) {
      model.plan.backward(one, one);
      model.plan.gram(gram);
      balancer->weigh({.losses = {}, .gram = gram, .random = &random}, weights);
    } else {
      balancer->weigh({.losses = {}, .gram = {}, .random = &random}, weights);
      model.plan.backward(one, weights);
    }
    model.plan.weigh(lanes ? weights : one, one);
    updater.step(model.plan, schedule->factor({.step = number, .total_steps = 10}));
  }

  Allocations count(int steps) {
    Allocations total;
    for (int s = 0; s < steps; ++s) {
      model.fill(static_cast<std::uint64_t>(s));
      const CountAllocations counter;
      step(static_cast<std::uint64_t>(s));
      const Allocations seen = counter.so_far();
      total.in_blas += seen.in_blas;
      total.elsewhere += seen.elsewhere;
    }
    return total;
  }

  ParameterStore store{1};
  std::unique_ptr<Balancer> balancer;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<Schedule> schedule = make(schedule_table(), "cosine");
  bool lanes;
  Model model;
  OptimizerRule group;
  Updater updater;
  std::vector<double> one, weights, gram;
  RandomStream random{1, "balance"};
};

void check_steps(int threads) {
  const int before = parallel::threads();
  blas::set_threads(threads);
  const std::map<std::string, Option> momentum = {{"momentum", 0.9}};
  struct Rule {
    const char* name;
    std::map<std::string, Option> options;
  };
  const Rule rules[] = {
      {"sgd", {}},  {"sgd", momentum}, {"sgd", {{"momentum", 0.9}, {"nesterov", true}}},
      {"adam", {}}, {"adamw", {}},     {"rmsprop", momentum}};
  for (const Streams& streams : {own_inputs(2, 16), common_inputs(3, 16), mixed_inputs(16)}) {
    for (const char* method : {"equal", "pcgrad"}) {
      for (const Rule& rule : rules) {
        CAPTURE(streams.name);
        CAPTURE(method);
        CAPTURE(rule.name);
        Trainer trainer(streams, method, rule.name, rule.options);
        trainer.count(1);  // the balancer makes its arrays
        const Allocations seen = trainer.count(3);
        CHECK(seen.elsewhere == 0);
        if (threads == 1) CHECK(seen.in_blas == 0);
      }
    }
  }
  blas::set_threads(before);
}

}  // namespace

TEST_CASE("the counter sees every way to allocate, on every thread") {
  long seen[8] = {};
  int aligned_failed = 1;
  void* volatile blocks[6] = {};  // volatile: no pair of calls is optimised away
  {
    const CountAllocations counter;
    int next = 0;
    const auto note = [&] { seen[next++] = counter.so_far().elsewhere; };
    blocks[0] = std::malloc(10);
    blocks[1] = std::realloc(std::calloc(2, 10), 1000);
    note();
    blocks[2] = std::aligned_alloc(64, 64);
    blocks[3] = ::operator new(10);
    note();
    void* aligned = nullptr;
    aligned_failed = ::posix_memalign(&aligned, 64, 64);
    blocks[4] = aligned;
    note();
    for (const int i : {0, 1, 2, 4}) std::free(blocks[i]);
    ::operator delete(blocks[3]);
    note();
    ::munmap(::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, 0), 4096);
    note();
    std::thread([&] {
      note();
      blocks[5] = std::malloc(100);
      note();
      std::free(blocks[5]);
    }).join();
  }
  CHECK(aligned_failed == 0);
  CHECK(seen[0] == 3);
  CHECK(seen[1] == 5);
  CHECK(seen[2] == 6);
  CHECK(seen[3] == 6);  // giving back is not asking
  CHECK(seen[4] == 7);
  CHECK(seen[6] == seen[5] + 1);
}

TEST_CASE("a training step allocates nothing with one thread") { check_steps(1); }

TEST_CASE("a training step allocates nothing outside OpenBLAS with two threads") { check_steps(2); }

TEST_CASE("an evaluation allocates nothing") {
  ParameterStore store(1);
  Model model = make_model(store, mixed_inputs(8),
                           {.sample = {8, 8, 4}, .trunk = convolutional, .training = false}, {});
  model.fill(1);
  const CountAllocations counter;
  model.plan.forward(1);
  const Allocations seen = counter.so_far();
  CHECK(seen.elsewhere == 0);
}
