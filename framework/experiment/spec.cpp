// The top-level keys of an experiment, and those of `tasks` and `train`.
#include "experiment/spec.hpp"

#include <array>

#include "core/text.hpp"
#include "experiment/config_forms.hpp"
#include "experiment/config_path.hpp"
#include "experiment/spec_parts.hpp"
#include "experiment/spec_read.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

/// A path, or a list of paths.
class PathsForm final : public Form {
 public:
  explicit PathsForm(std::vector<Path>& paths) : paths_(paths) {}
  std::string type() const override { return "a list of paths"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    paths_.clear();
    if (node.kind == Kind::scalar) paths_.push_back(read_path(node, path));
    if (node.kind == Kind::scalar || node.kind == Kind::list) {
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        paths_.push_back(read_path(node.items[i], path_inside(path, text::cat(i))));
      }
    } else {
      refuse_at(node, path, "expected a list of paths, found " + describe_found(node));
    }
  }
  ConfigNode write() const override {
    ConfigNode node = ConfigNode::make_list();
    for (const Path& path : paths_) node.items.push_back(write_path(path));
    return node;
  }

 private:
  std::vector<Path>& paths_;
};

template <class Object, class Table>
Choice<Object> chosen(std::string_view name, const Table& table) {
  return {std::string(name), std::string(name) + " (the default)", make_named<Object>(table, name)};
}

}  // namespace

ExperimentSpec::ExperimentSpec(Registry* plugins_in_reach)
    : registry(plugins_in_reach),
      sharing(chosen<SharingStrategy>("hard", sharing_table())),
      balance(chosen<Balancer>("equal", balancer_table())),
      schedule(chosen<Schedule>("constant", schedule_table())) {}

void ExperimentSpec::fields(ConfigFields& f) {
  f.word({"name", "name of the experiment and of its run folders", true}, name);
  f.word({"description", "free text"}, description);
  f.integer({"seed", "seed of all random numbers"}, seed, {.at_least = 0});
  f.integer({"threads", "threads of a step; 0: as many as the machine has"}, threads,
            {.at_least = 0, .at_most = 64});
  f.word({"precision",
          "products of linear layers: fp32; fp32_split: as exact, of bfloat16 parts on AMX; bf16: "
          "operands rounded to bfloat16, on AMX or fast AVX512_BF16. All else stays fp32; refused "
          "where the processor would not be faster"},
         precision, precision::kNames);
  f.form({"plugins", "folders searched for plugins before the usual ones"}, PathsForm(plugins));
  f.words({"only", "tasks to train; none named: all"}, only);
  const auto fresh_data = [this] {
    DataSpec entry;
    entry.registry = registry;
    return entry;
  };
  f.form({"data", "data sets by name", true}, EntriesForm<DataSpec>("data set", data, fresh_data));
  f.form({"trunk", "what the tasks share", true}, GroupForm(trunk));
  f.form({"tasks", "tasks by name", true}, EntriesForm("task", tasks));
  f.form({"sharing", "how the tasks use the trunk"}, SharingForm(sharing, groups));
  f.form({"balance", "how the tasks are combined in a step"},
         BalanceForm(registry, balance, conventions));
  f.form({"diagnostics", "how the tasks' gradients are watched"}, GroupForm(diagnostics));
  f.form({"optimizer", "how parameters move, for all or by group", true},
         OptimizersForm(optimizers));
  f.form({"schedule", "factor on the learning rates over the run"},
         TableChoice("schedule", schedule_table(), schedule));
  f.form({"train", "how long, and in what batches"}, GroupForm(train));
}

std::vector<std::string> plugin_folders_of(const ConfigNode& root) {
  std::vector<Path> paths;
  if (const ConfigNode* const node = root.find("plugins")) PathsForm(paths).read(*node, "plugins");
  std::vector<std::string> folders;
  for (const Path& path : paths) folders.push_back(path.file);
  return folders;
}

void TaskSpec::fields(ConfigFields& f) {
  f.word({"plugin", "plugin that implements the task", true}, plugin);
  f.word({"data", "data set the task learns from", true}, data);
  f.word({"target", "column that is learned; empty: the plugin's default"}, target);
  f.integer({"limit",
             "first rows of the training data (after validation is split off) whose labels the "
             "task learns from; those of later rows count as missing for it; 0: all"},
            limit, {.at_least = 0});
  f.rest("options of the plugin (`espalier info PLUGIN`)", options);
}

void DiagnosticsSpec::fields(Fields& f) {
  f.integer({"every",
             "steps between looks at the tasks' gradients where the balancer forms no Gram matrix "
             "(a pass more each time, which changes no result); 0: none"},
            every, {.at_least = 0});
  f.number({"below", "cosine of two gradients under which the tasks count as in conflict"}, below,
           {.at_least = -1, .at_most = 1});
}

void TrainSpec::fields(Fields& f) {
  static constexpr std::array<std::string_view, 2> kLastBatches = {"drop", "keep"};
  constexpr Index kMany = 1'000'000;
  static constexpr std::array<std::string_view, 3> kSamplings = {"cycle", "proportional",
                                                                 "temperature"};
  f.integer({"epochs", "passes over the longest training set (but see sampling)"}, epochs,
            {.at_least = 1, .at_most = kMany});
  f.integer({"steps", "steps after which the run ends, if the epochs have not ended it; 0: none"},
            steps, {.at_least = 0});
  f.number({"seconds",
            "time spent on training steps after which the run ends, if epochs and steps have not "
            "ended it; how far it comes depends on the machine's load; 0: none"},
           seconds, {.at_least = 0});
  f.integer({"batch", "rows of each data set in a step (but see sampling)"}, batch,
            {.at_least = 1, .at_most = kMany});
  f.word(
      {"sampling",
       "rows of each data set in a step, where they are of unequal size. cycle: `batch` of each; "
       "shorter ones start again in a fresh order until the longest is through. proportional: "
       "the same number in all (batch x data sets), shared out in the proportion of their "
       "sizes, at least one of each; an epoch ends when all are through at least once. "
       "temperature: likewise in the proportion of size^(1 / temperature)"},
      sampling, kSamplings);
  f.number({"temperature",
            "of sampling: temperature; 1 is proportional, larger ones draw small data sets more "
            "often"},
           temperature, {.at_least = 0.0, .above = true});
  f.word({"last_batch", "what happens to the short batch that ends an epoch"}, last_batch,
         kLastBatches);
  f.integer({"evaluation_batch", "rows evaluated at a time"}, evaluation_batch,
            {.at_least = 1, .at_most = kMany});
  f.integer({"log_every", "steps between records of the training loss; 0: once an epoch"},
            log_every, {.at_least = 0});
  f.integer({"checkpoint_every", "epochs between checkpoints; 0: only when interrupted"},
            checkpoint_every, {.at_least = 0});
  f.number({"watchdog",
            "seconds that one call into a plugin, or one op of a step, may last; then the run ends "
            "with a report of where it hangs; 0: no limit"},
           watchdog, {.at_least = 0});
  if (sampling != "temperature" && temperature != 1.0) {
    f.refuse("temperature", text::cat("expected a temperature only with sampling: temperature, "
                                      "found it with ",
                                      sampling));
  }
  if (sampling != "cycle" && last_batch == "keep") {
    f.refuse("last_batch", text::cat("expected drop with sampling: ", sampling,
                                     ", whose epochs have no short batch, found keep"));
  }
}

}  // namespace espalier
