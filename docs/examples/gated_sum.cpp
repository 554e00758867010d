// A sharing strategy of one's own: each task adds, to the shared stage, a private copy of it times
// a learned gate that starts at zero. Explained in docs/add-a-sharing-strategy.md.
#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// y_t = f(x_t) + g_t * f_t(x_t), with f shared, f_t and the numbers g_t the task's own.
class GatedSum final : public StageSharing {
 public:
  void fields(Fields& f) override { f.number({"start", "first value of every gate"}, start_); }

  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out{stage.layers_each(stage.asked(in), "", StageNet::kShared), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& streams = stage.wanted().tasks[t];
      if (streams.empty()) continue;  // what nobody asks for is not recorded
      const int owner = static_cast<int>(t);
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
  double start_ = 0.0;
};

}  // namespace

ESPALIER_PLUGIN(GatedSum, "gated_sum", "a shared stage plus a gated private copy of it");
