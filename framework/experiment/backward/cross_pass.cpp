// Weights that follow from products of the tasks' gradients in two further batches,
// A = J(2) J(3)'; then the step's first batch runs down with the weights known, in one lane. Where
// conventions look at the lengths of its gradients, it runs before the others, in a lane for each
// task.
//
// Where the method wants A u alone, for weights u that it names before, batch 3 runs down in one
// lane, its losses weighed by u: v = J(3)' u. Batch 2 runs down through its heads alone, and v is
// pushed up through its trunk: A u = J(2) v, whatever the number of tasks. All of A, and A u where
// some op of the trunk cannot be differentiated forward, comes from a lane for each of their
// losses; A u, too, where no two tasks label the same rows: lanes then cost what one costs.
#include <algorithm>
#include <numeric>
#include <set>

#include "autograd/motion.hpp"
#include "core/text.hpp"
#include "experiment/backward/pass.hpp"

namespace espalier {

namespace {

// Whether two losses come from one stream.
bool shares_rows(const Tape& tape) {
  std::set<int> streams;
  for (const Tape::Loss& loss : tape.losses()) {
    streams.insert(tape.value(loss.value).parts[0].stream);
  }
  return streams.size() < tape.losses().size();
}

class CrossPass final : public BackwardPass {
 public:
  CrossPass(const PassTools& tools, const Needs& needs, const BalanceConventions& conventions)
      : tools_(tools),
        product_(needs.cross_product),
        // scale and clip look at the direction's length, `normalise` at the rows'
        looks_(conventions.needs_gram() || conventions.normalise.ends_with("l2")),
        ahead_(!looks_ && !needs.losses && conventions.normalise == "none"),
        ones_(2 * tools.tasks, 1.0),
        gram_(looks_ ? tools.tasks * tools.tasks : 0),
        further_gram_(ones_.size() * ones_.size()),
        cross_(tools.tasks * tools.tasks),
        along_(tools.tasks) {}

  PlanOptions plan_options() const override {
    if (looks_) return {.lanes = LaneMode::per_task, .gram = true};
    return {.lanes = LaneMode::one};
  }
  std::vector<PlanOptions> further_options(const Plan& plan) override {
    const bool pushes = product_ && shares_rows(plan.tape());
    if (pushes) gap_ = find_motion(plan.tape()).gap;
    if (pushes && gap_.empty()) {
      return {{.lanes = LaneMode::one, .tangent = true}, {.lanes = LaneMode::one}};
    }
    return {{.lanes = LaneMode::per_task,
             .gram = true,
             .keep_formed = true,
             .across = static_cast<int>(tools_.tasks)}};
  }
  void pair(std::span<PlannedModel> further) const override {
    if (further.size() == 2) further[0].plan->follow(*further[1].plan);
  }
  bool looks_ahead() const override { return ahead_; }

  std::string note() const override {
    return gap_.empty() ? "" : text::cat(gap_, ": a lane for each task instead");
  }

  void begin(const Plan& /*plan*/, Weigher& weigher) override { weigher.begin({}); }

  void look_ahead(const TaskStep& step, Weigher& weigher) override {
    if (ahead_) look(step, weigher);
  }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Plan& plan = *model.plan;
    if (looks_) {
      plan.backward(ones(), ones());
      plan.gram(gram_);
      step.gram = gram_;
    }
    if (!ahead_) look(step, weigher);
    if (!tools_.further.empty() && product_) step.product = along_;
    if (!tools_.further.empty() && !product_) step.cross = cross_;
    weigher.weigh(step);
    if (looks_) {
      plan.weigh(weigher.trunk(), weigher.heads());
    } else {
      plan.backward(ones(), weigher.trunk());
      plan.weigh(ones(), weigher.heads());
    }
  }

  std::span<const double> gram() const override { return gram_; }

 private:
  std::span<const double> ones() const { return std::span(ones_).first(tools_.tasks); }

  void look(const TaskStep& step, Weigher& weigher) {
    const std::span<PlannedModel> further = tools_.further;
    if (further.empty()) return;
    const std::span<const double> u = product_ ? weigher.probe(step) : std::span<const double>();
    if (further.size() == 2) {
      Plan &second = *further[0].plan, &third = *further[1].plan;
      tools_.run_up(further[1]);
      third.backward(ones(), u);
      second.move_along(third);
      tools_.run_up(further[0]);
      second.backward_heads(ones());
      second.derivatives(along_);
    } else {
      tools_.run_up(further[0]);
      cross_gram(*further[0].plan);
      for (std::size_t s = 0; s < u.size(); ++s) {
        along_[s] = std::inner_product(u.begin(), u.end(), cross_.data() + s * u.size(), 0.0);
      }
    }
  }

  // Lane batch * T + task; A is the block of batch 2 against batch 3.
  void cross_gram(Plan& further) {
    const std::size_t tasks = tools_.tasks;
    further.backward(ones_, ones_);
    further.gram(further_gram_);
    for (std::size_t s = 0; s < tasks; ++s) {
      std::copy_n(further_gram_.data() + s * 2 * tasks + tasks, tasks, cross_.data() + s * tasks);
    }
  }

  const PassTools& tools_;
  // The further batches go first where nothing of the step's own has to be known before: their
  // memory then serves it as well.
  bool product_, looks_, ahead_;
  std::string gap_;  // why the trunk cannot be differentiated forward
  std::vector<double> ones_, gram_, further_gram_, cross_, along_;
};

}  // namespace

std::unique_ptr<BackwardPass> make_cross_pass(const PassTools& tools, const Needs& needs,
                                              const BalanceConventions& conventions) {
  return std::make_unique<CrossPass>(tools, needs, conventions);
}

}  // namespace espalier
