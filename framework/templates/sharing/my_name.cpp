// The way to share my_name: a stage that all tasks share, to which each task adds a private copy of
// it times a number that starts small.
#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// y_t = f(x_t) + g_t f_t(x_t), with f shared, f_t and the numbers g_t (one a feature) the task's
/// own.
class MyNameSharing final : public espalier::StageSharing {
 public:
  // The options in YAML: name, meaning, variable (its value is the default), limits.
  void fields(Fields& f) override { f.number({"start", "first value of every g_t"}, start_); }

  // Records one stage. in.tasks[t] are the features that task t brings; stage.wanted().tasks[t]
  // says whose rows are asked of it, and is empty where nobody asks.
  Flows record(const StageNet& stage, const Flows& in) const override {
    // The stage's layers, once, on everything that is asked for: the balancer's parameters.
    Flows out{stage.layers_each(stage.asked(in), "", StageNet::kShared), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& streams = stage.wanted().tasks[t];
      if (streams.empty()) continue;
      const int owner = static_cast<int>(t);  // parameters of owner t are the task's own
      const Var own = stage.layers(stage.rows(in.tasks[t], streams), stage.task_name(t), owner);
      const Net net = stage.net(stage.task_name(t) + "/gate", owner);
      const Shape width = stage.tape().shape(own).row();
      Parameter& gate = net.parameter("value", width, {Initializer::Kind::constant, start_});
      const Var gated = multiply(net, own, parameter_rows(net, own, gate));
      out.tasks[t] = add(net, stage.rows(out.tasks[t], streams), gated);
    }
    return out;
  }

 private:
  double start_ = 0.1;
};

}  // namespace

ESPALIER_PLUGIN(::MyNameSharing, "my_name", "a shared stage plus a gated private copy of it");
