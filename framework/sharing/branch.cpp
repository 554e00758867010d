// Learning to branch (Guo, Lee, Ulbricht, ICML 2020). Each task has a column of the stage's layers;
// what it reads is one of the columns of the stage before, chosen by trained logits with Gumbel
// noise (straight through), at a temperature that falls with the epochs; evaluation takes the
// largest logit. Columns and logits learn from every loss: all of them are the balancer's.
//   x_t = x_j, j = argmax_j (logit_tj + noise) / tau,  tau = temperature / sqrt(epochs so far + 1)
// Where all tasks enter with the same features there is nothing to choose.
// Deviations: the temperature starts at a twentieth of the run's epochs, as there, but not below 1;
// while warming up the columns' mean is read (LibMTL: their sum); in evaluation nothing is drawn
// (LibMTL draws there, too). A given tree is written as `shared` stages with groups.
#include "sharing/columns.hpp"
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"

#include <algorithm>

namespace espalier {

namespace {

class Branch final : public StageSharing {
 public:
  void fields(Fields& f) override {
    f.number({"temperature", "of the first epoch; 0: a twentieth of the epochs, at least 1"},
             temperature_, {.at_least = 0});
    f.number({"warmup", "part of the run in which all columns are averaged"}, warmup_,
             {.at_least = 0, .at_most = 1});
  }

  Demand demand(const Demand& out, bool /*last*/) const override { return all_from_each(out); }
  bool mixes() const override { return true; }

  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out{std::vector<Var>(stage.tasks()), {}};
    const bool one = std::ranges::all_of(in.tasks, [&](Var x) { return x.id == in.tasks[0].id; });
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      Var x = stage.rows(in.tasks[t], wanted);
      if (!one) x = chosen(stage, rows_of_each(stage, in.tasks, wanted), t);
      out.tasks[t] = stage.layers(x, stage.task_name(t), StageNet::kShared);
    }
    return out;
  }

 private:
  Var chosen(const StageNet& stage, const std::vector<Var>& columns, std::size_t task) const {
    const Net net = stage.net(stage.task_name(task) + "/choice", StageNet::kShared);
    Parameter& logits = net.parameter("logits", {static_cast<Index>(columns.size())},
                                      {Initializer::Kind::constant, 0.0});
    const double steps = static_cast<double>(stage.total_steps());
    const std::uint64_t epoch = std::max<std::uint64_t>(1, stage.steps_per_epoch());
    const double epochs = steps / static_cast<double>(epoch);
    GumbelOptions options;
    options.random = RandomStream(net.seed(), "choice/" + net.full_name("logits"));
    options.temperature = temperature_ > 0.0 ? temperature_ : std::max(1.0, epochs / 20.0);
    options.epoch = epoch;
    options.warmup = static_cast<std::uint64_t>(warmup_ * steps);
    return gumbel_choice(net, columns, logits, options);
  }

  double temperature_ = 0.0;
  double warmup_ = 0.01;
};

}  // namespace

std::unique_ptr<StageSharing> make_branch_stage() { return std::make_unique<Branch>(); }

std::unique_ptr<SharingStrategy> make_learn_to_branch() {
  return std::make_unique<EveryStage>(make_branch_stage());
}

}  // namespace espalier
