#include "testing/trunk_bench.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/random.hpp"

namespace espalier::testing {

namespace {

Stage::Use use(const char* kind, const Options& options) {
  const std::span<const LayerEntry> table = layer_table();
  auto layer = std::ranges::find(table, kind, &LayerEntry::name)->make();
  configure(*layer, options);
  return {kind, "", std::move(layer)};
}

Stage dense_stage(const char* name, Index units) {
  Stage stage;
  stage.name = name;
  stage.layers.push_back(use("linear", {{"units", units}}));
  stage.layers.push_back(use("tanh", {}));
  return stage;
}

bool holds(const std::vector<int>& chosen, int task) {
  return chosen.empty() || std::ranges::find(chosen, task) != chosen.end();
}

// Row i of one endless table of this name.
void fill_rows(const Tensor& value, Index first, const std::string& name) {
  RandomStream random(7, name);
  const Index width = value.shape.row_size();
  for (Index skipped = 0; skipped < first * width; ++skipped) random.normal();
  for (real& number : value.span()) number = static_cast<real>(random.normal());
}

}  // namespace

TrunkBench::TrunkBench(const SharingSubject& subject, const StageSharing& sharing,
                       ParameterStore& store, const TrunkLayout& layout)
    : width_(subject.setting.features) {
  for (int t = 0; t < layout.tasks; ++t) {
    names_.emplace_back(1, static_cast<char>('a' + t));
    if (layout.own_inputs || t == 0) streams_.push_back("data_" + names_.back());
  }
  stages_.push_back(dense_stage("low", subject.setting.units));
  stages_.push_back(dense_stage("high", subject.setting.units));
  record(sharing, store, layout);
  fill(layout);
}

void TrunkBench::record(const StageSharing& sharing, ParameterStore& store,
                        const TrunkLayout& layout) {
  std::vector<TaskSlot> slots;
  std::vector<StreamRows> rows;
  for (int t = 0; t < layout.tasks; ++t) {
    if (!holds(layout.asked, t)) continue;
    slots.push_back({t, t, layout.own_inputs ? t : 0});
    if (layout.own_inputs || rows.empty()) rows.push_back({slots.back().stream, layout.rows});
  }
  Tape tape(layout.training);
  input_ = tape.input("input", {width_}, Dtype::floating, rows);
  const StageBlock blocks[] = {{0, 1, &sharing, nullptr}, {1, 1, &sharing, nullptr}};
  TrunkRecorder recorder({tape, store, streams_, Domain::shared, "trunk"}, input_, stages_, names_,
                         {.steps_per_epoch = 2, .total_steps = 10});
  features_ = recorder.record(blocks, slots);
  for (std::size_t k = 0; k < slots.size(); ++k) {
    tape.enter(slots[k].task, "heads/" + names_[static_cast<std::size_t>(slots[k].task)]);
    targets_.push_back(tape.input("target", tape.shape(features_[k]).row(), Dtype::floating,
                                  {{slots[k].stream, layout.rows}}));
    tape.keep(features_[k]);
    if (!holds(layout.losses, slots[k].task)) continue;
    tape.loss(slots[k].task, mean_squared_error(tape, features_[k], targets_[k]));
  }
  plan_ = std::make_unique<Plan>(std::move(tape));
}

void TrunkBench::fill(const TrunkLayout& layout) {
  const Tensor input = plan_->value(input_);
  for (Index first = 0; first < input.shape[0]; first += layout.rows) {
    fill_rows(input.rows(first, layout.rows), layout.first_row, "testing/input");
  }
  for (std::size_t k = 0; k < targets_.size(); ++k) {
    fill_rows(plan_->value(targets_[k]), layout.first_row, text::cat("testing/target", k));
  }
}

double TrunkBench::loss() {
  plan_->forward(1, /*replay=*/true);
  double sum = 0.0;
  for (const Tape::Loss& loss : plan_->tape().losses()) {
    sum += static_cast<double>(plan_->loss(loss.task));
  }
  for (const auto& penalty : plan_->tape().penalties()) sum += penalty->value();
  return sum;
}

std::vector<real> TrunkBench::gradient(const Parameter& parameter) {
  loss();
  const std::vector<double> ones(static_cast<std::size_t>(plan_->tasks()), 1.0);
  plan_->backward(ones, ones);
  plan_->weigh(ones, ones);
  std::vector<real> numbers(static_cast<std::size_t>(parameter.value.size()), real{0});
  plan_->gradient(parameter, {.data = numbers.data(), .alpha = 1.0, .beta = 0.0});
  return numbers;
}

std::string features_differ(const ConstTensor& a, const ConstTensor& b) {
  if (!(a.shape == b.shape)) {
    return text::cat("shapes ", to_string(a.shape), " and ", to_string(b.shape));
  }
  for (Index i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a.data[i]), y = static_cast<double>(b.data[i]);
    if (!near(x, y)) return text::cat(x, " and ", y);
  }
  return "";
}

}  // namespace espalier::testing
