#include "sharing/layer_mixture.hpp"

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "sharing/columns.hpp"

namespace espalier {

namespace {

Var mixed(const StageNet& stage, std::size_t task, const std::vector<Var>& values) {
  const Tape& tape = stage.tape();
  for (const Var value : values) {
    if (tape.shape(value) == tape.shape(values.back())) continue;
    throw ShapeError(text::cat("[sluice] expected stages of one shape under mixture, found ",
                               to_string(tape.shape(value).row()), " before ",
                               to_string(tape.shape(values.back()).row()),
                               "; nearest: mixture: false"));
  }
  std::vector<double> start(values.size(), 0.0);
  start.back() = 1.0;
  const Net net = stage.net(stage.task_name(task) + "/beta", static_cast<int>(task));
  Parameter& beta = net.parameter("stages", {static_cast<Index>(values.size())},
                                  {Initializer::Kind::given, 0.0, start});
  return mix(net, values, beta);
}

}  // namespace

Demand LayerMixture::demand(const Demand& out, bool /*last*/) const { return all_from_each(out); }

Flows LayerMixture::record(const StageNet& stage, const Flows& in) const {
  const Demand inner = all_from_each(stage.wanted());
  std::vector<Flows> layers;
  for (std::size_t l = 0; l < stage.stages(); ++l) {
    const bool last = l + 1 == stage.stages();
    const StageNet one = stage.stage(l, last ? stage.wanted() : inner);
    layers.push_back(unit_->record(one, l == 0 ? in : layers.back()));
  }
  Flows out{std::vector<Var>(stage.tasks()), {}};
  for (std::size_t t = 0; t < stage.tasks(); ++t) {
    const StreamSet& wanted = stage.wanted().tasks[t];
    if (wanted.empty()) continue;
    std::vector<Var> values;
    for (const Flows& layer : layers) values.push_back(stage.rows(layer.tasks[t], wanted));
    out.tasks[t] = mixed(stage, t, values);
  }
  return out;
}

}  // namespace espalier
