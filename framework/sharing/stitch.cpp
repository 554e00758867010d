// Cross-stitch units (Misra, Shrivastava, Gupta, Hebert, CVPR 2016, "Cross-stitch Networks for
// Multi-task Learning"). Each task has a column of the stage's layers; behind them a unit mixes the
// columns' outputs x_j, channel by channel or with one number for each column:
//   task t gets sum_j a_tj x_j
// with a_tt = `same` and the others `other` / (T - 1) at the start (the paper has two tasks: 0.9
// and 0.1). Columns and units learn from all losses: all of them are the balancer's, so that
// methods that compare the tasks' gradients (pcgrad, ...) compare them over all columns together,
// where a task's gradient in another's column is about `other` times as large. Deviations: columns
// start from the experiment's initialisation, not from single-task networks, and the units have the
// trunk's learning rate (a group of the optimizer can give them another).
#include "sharing/stitch.hpp"

#include <array>

#include "core/text.hpp"
#include "sharing/make.hpp"

namespace espalier {

void Stitch::fields(Fields& f) {
  unit_fields(f);
  f.flag({"unit", "whether a unit mixes the columns"}, unit_);
  if (unit_) return;
  const Stitch unset;
  const auto refuse = [&](const char* field, const std::string& found) {
    f.refuse(field, text::cat("expected ", field, " only with a unit, found ", found,
                              " with unit: false"));
  };
  if (per_ != unset.per_) refuse("per", per_);
  if (same_ != unset.same_) refuse("same", text::number(same_));
  if (other_ != unset.other_) refuse("other", text::number(other_));
}

void Stitch::unit_fields(Fields& f) {
  static constexpr std::array<std::string_view, 2> kPer = {"channel", "scalar"};
  f.word({"per", "whether each channel has coefficients, or each column one"}, per_, kPer);
  f.number({"same", "first coefficient of the task's own column"}, same_);
  f.number({"other", "first coefficients of the other columns, together"}, other_);
}

Demand Stitch::demand(const Demand& out, bool /*last*/) const {
  return unit_ ? all_from_each(out) : out;
}

std::vector<double> Stitch::start(std::size_t task, std::size_t tasks, Index width) const {
  std::vector<double> numbers;
  for (std::size_t j = 0; j < tasks; ++j) {
    numbers.insert(numbers.end(), static_cast<std::size_t>(width),
                   coefficient(j == task, same_, other_, tasks));
  }
  return numbers;
}

Flows Stitch::record(const StageNet& stage, const Flows& in) const {
  Flows out{std::vector<Var>(stage.tasks()), {}};
  if (!unit_) {
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      out.tasks[t] =
          stage.layers(stage.rows(in.tasks[t], wanted), stage.task_name(t), StageNet::kShared);
    }
    return out;
  }
  const std::vector<Var> columns = shared_columns(stage, in, stage.wanted().all());
  const auto tasks = static_cast<Index>(stage.tasks());
  for (std::size_t t = 0; t < stage.tasks(); ++t) {
    const StreamSet& wanted = stage.wanted().tasks[t];
    if (wanted.empty()) continue;
    const Net net = stage.net(stage.task_name(t) + "/unit", StageNet::kShared);
    const Index width = per_ == "channel" ? stage.tape().shape(columns[t])[-1] : 1;
    const Shape shape = per_ == "channel" ? Shape{tasks, width} : Shape{tasks};
    Parameter& a = net.parameter("coefficients", shape,
                                 {Initializer::Kind::given, 0.0, start(t, stage.tasks(), width)});
    out.tasks[t] = mix(net, rows_of_each(stage, columns, wanted), a);
  }
  return out;
}

std::unique_ptr<StageSharing> make_stitch_stage() { return std::make_unique<Stitch>(); }

}  // namespace espalier
