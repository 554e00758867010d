// Soft parameter sharing: each task has a column of the stage's layers, and a penalty ties them.
//   l2:    strength * sum_t ||theta_t - mean||^2        (Duong et al., ACL 2015; T tasks: the mean)
//   trace: strength * sum over parameters of ||M||_*    (Yang & Hospedales 2017, "Trace Norm
//          Regularised Deep Multi-Task Learning"), M = the tasks' flattened parameters side by side
// The penalty is no task: its gradient enters the update with weight 1. Every column learns from
// its own task's loss alone, so that no parameter is the balancer's.
#include "sharing/column_penalty.hpp"
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"

#include <array>

namespace espalier {

namespace {

class Soft final : public StageSharing {
 public:
  void fields(Fields& f) override {
    static constexpr std::array<std::string_view, 2> kNorms = {"l2", "trace"};
    f.number({"strength", "factor of the penalty"}, strength_, {.at_least = 0.0});
    f.word({"norm", "l2: distance from the mean of the tasks; trace: nuclear norm"}, norm_, kNorms);
  }

  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out{std::vector<Var>(stage.tasks()), {}};
    std::vector<std::vector<Parameter*>> columns;
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      const std::size_t before = stage.tape().nodes().size();
      out.tasks[t] =
          stage.layers(stage.rows(in.tasks[t], wanted), stage.task_name(t), static_cast<int>(t));
      columns.push_back(parameters_since(stage.tape(), before));
    }
    if (columns.size() > 1 && strength_ > 0.0 && stage.tape().training()) {
      stage.tape().penalty(make_column_penalty(columns, norm_ == "trace", strength_));
    }
    return out;
  }

 private:
  double strength_ = 1e-3;
  std::string norm_ = "l2";
};

}  // namespace

std::unique_ptr<StageSharing> make_soft_stage() { return std::make_unique<Soft>(); }

std::unique_ptr<SharingStrategy> make_soft() {
  return std::make_unique<EveryStage>(make_soft_stage());
}

}  // namespace espalier
