// Mixtures of experts. The stage's layers are one expert; there are `shared` experts that all tasks
// may use and `private` ones of each task; a gate of each task weighs them, example by example:
//   y_t = sum_e g_te(x) f_e(x), e over the shared and the task's own experts      (see gates.hpp)
// (Ma et al., KDD 2018, MMoE; Tang et al., RecSys 2020, CGC.) Where a later stage has experts that
// read a shared flow, a further gate over ALL experts, of every task, makes that flow (Tang et al.,
// PLE; dropped at the last level). The experts that it mixes learn from every loss.
// Shared parameters: shared experts; where a later stage asks for a shared flow, all experts and
// gates (whoever makes that flow says so himself: no column without one is ever mixed). A task's
// own: elsewhere its gate and its private experts, at the last level in any case. Deviation: LibMTL
// and the paper leave all gates out of the shared set.
// Where the tasks' incoming features differ and no shared flow comes in, the shared experts run on
// each task's own (as in LibMTL's PLE).
#include "sharing/experts.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "sharing/gates.hpp"
#include "sharing/make.hpp"

namespace espalier {

void Experts::fields(Fields& f) {
  static constexpr std::array<std::string_view, 2> kInputs = {"features", "raw"};
  f.integer({"shared", "experts that all tasks may use"}, options_.shared, {.at_least = 0});
  f.integer({"private", "experts of each task alone"}, options_.own, {.at_least = 0});
  f.word({"gate_input", "what gates read: the features that enter the stage, or the raw example"},
         options_.gate_input, kInputs);
  list_gate(f, options_);
  if (options_.shared + options_.own < 1)
    f.refuse("shared", "expected at least one expert, found none");
}

Demand Experts::demand(const Demand& out, bool /*last*/) const {
  Demand in = out;
  for (StreamSet& own : in.tasks) own = united(own, out.shared);
  in.shared = options_.shared > 0 ? out.all() : out.shared;
  return in;
}

namespace {

/// What one recording of the stage works on.
struct Recording {
  const StageNet& stage;
  const Flows& in;
  const ExpertsOptions& options;
  Var common;                            ///< what all tasks' features are, or the shared flow
  std::vector<std::vector<Var>> shared;  ///< [expert][task]: over the rows asked of the task
  std::vector<std::vector<Var>> own;     ///< [task][expert]
};

Var common_of(const Flows& in) {
  if (in.shared.id >= 0) return in.shared;
  Var common;
  for (const Var x : in.tasks) {
    if (x.id < 0) continue;
    if (common.id >= 0 && common.id != x.id) return {};
    common = x;
  }
  return common;
}

void record_shared(Recording& r) {
  for (Index e = 0; e < r.options.shared; ++e) {
    const std::string column = text::cat("expert", e);
    if (r.common.id >= 0) {
      const Var x = r.stage.rows(r.common, r.stage.wanted().all());
      r.shared.push_back(
          std::vector<Var>(r.stage.tasks(), r.stage.layers(x, column, StageNet::kShared)));
      continue;
    }
    std::vector<Var> xs(r.stage.tasks());
    for (std::size_t t = 0; t < xs.size(); ++t) {
      const StreamSet& wanted = r.stage.wanted().tasks[t];
      if (!wanted.empty()) xs[t] = r.stage.rows(r.in.tasks[t], wanted);
    }
    r.shared.push_back(r.stage.layers_each(xs, column, StageNet::kShared));
  }
}

void record_own(Recording& r) {
  const StreamSet& of_shared = r.stage.wanted().shared;
  r.own.resize(r.stage.tasks());
  for (std::size_t t = 0; t < r.own.size(); ++t) {
    const StreamSet streams = united(r.stage.wanted().tasks[t], of_shared);
    if (streams.empty()) continue;
    const int owner = of_shared.empty() ? static_cast<int>(t) : StageNet::kShared;
    for (Index e = 0; e < r.options.own; ++e) {
      r.own[t].push_back(r.stage.layers(r.stage.rows(r.in.tasks[t], streams),
                                        text::cat(r.stage.task_name(t), "/expert", e), owner));
    }
  }
}

// sum_e gate_e value_e over the rows of `streams`
Var mixed(const Recording& r, const Net& net, Var features, const std::vector<Var>& experts,
          const StreamSet& streams) {
  const bool raw = r.options.gate_input == "raw";
  const Var x = raw ? r.stage.trunk_input(streams) : r.stage.rows(features, streams);
  std::vector<Var> values;
  for (const Var expert : experts) values.push_back(r.stage.rows(expert, streams));
  const Var weights = record_gate(net, x, static_cast<Index>(values.size()), r.options);
  return weighted_sum(net, weights, values);
}

}  // namespace

Flows Experts::record(const StageNet& stage, const Flows& in) const {
  Recording r{stage, in, options_, common_of(in), {}, {}};
  record_shared(r);
  record_own(r);
  Flows out{std::vector<Var>(stage.tasks()), {}};
  const StreamSet& of_shared = stage.wanted().shared;
  for (std::size_t t = 0; t < stage.tasks(); ++t) {
    const StreamSet& wanted = stage.wanted().tasks[t];
    if (wanted.empty()) continue;
    std::vector<Var> experts;
    for (const auto& expert : r.shared) experts.push_back(expert[t]);
    experts.insert(experts.end(), r.own[t].begin(), r.own[t].end());
    const int owner = of_shared.empty() ? static_cast<int>(t) : StageNet::kShared;
    out.tasks[t] =
        mixed(r, stage.net(stage.task_name(t) + "/gate", owner), in.tasks[t], experts, wanted);
  }
  if (of_shared.empty()) return out;
  if (r.common.id < 0) {
    throw ShapeError(
        "[experts] expected one value that enters the stage for all tasks, found one "
        "for each; nearest: stages that are shared, or experts, before it");
  }
  std::vector<Var> all;
  for (const auto& expert : r.shared) all.push_back(expert[0]);
  for (const auto& own : r.own) all.insert(all.end(), own.begin(), own.end());
  out.shared = mixed(r, stage.net("gate", StageNet::kShared), r.common, all, of_shared);
  return out;
}

std::unique_ptr<StageSharing> make_experts_stage() { return std::make_unique<Experts>(); }

}  // namespace espalier
