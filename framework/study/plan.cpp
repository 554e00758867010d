#include "study/plan.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_override.hpp"
#include "experiment/prepared.hpp"
#include "experiment/run_identity.hpp"
#include "experiment/yaml_parse.hpp"
#include "study/search.hpp"

namespace espalier {

namespace {

ConfigNode plain(Index value) { return ConfigNode::make_plain(text::cat(value)); }

/// Makes the runs of one study, all by the same rules.
class Planner {
 public:
  Planner(const Study& study, const Store& store, const std::vector<std::string>& plugin_folders)
      : study_(study), store_(store), folders_(plugin_folders), base_(base()) {
    plan_.contenders = contenders_of(study);
    const ConfigNode* const tasks = base_.find("tasks");
    if (tasks != nullptr) plan_.tasks = tasks->keys();
  }

  StudyPlan plan() {
    for (std::size_t c = 0; c < plan_.contenders.size(); ++c) {
      if (!plan_.contenders[c].alone) {
        add(c, "");
        continue;
      }
      for (const std::string& task : plan_.tasks) add(c, task);
    }
    return std::move(plan_);
  }

 private:
  ConfigNode base() const {
    ConfigNode root = load_yaml(study_.extends.file);
    for (const auto& [key, value] : study_.set) set_key(root, key, value);
    set_key(root, "threads", plain(study_.threads));
    const StudyBudget& budget = study_.budget;
    if (budget.epochs > 0) set_key(root, "train.epochs", plain(budget.epochs));
    if (budget.steps > 0) set_key(root, "train.steps", plain(budget.steps));
    if (budget.seconds > 0) {
      set_key(root, "train.seconds", ConfigNode::make_plain(text::number(budget.seconds)));
    }
    const bool open_end = budget.epochs == 0 && (budget.steps > 0 || budget.seconds > 0);
    if (open_end) set_key(root, "train.epochs", plain(1'000'000));
    return root;
  }

  // The experiment of a contender, or of one of its tasks alone: the trunk as it is, shared with
  // nobody, and the plain sum of one loss.
  ConfigNode experiment(std::size_t contender, const std::string& task) const {
    ConfigNode root = base_;
    for (const auto& [key, value] : plan_.contenders[contender].settings) {
      if (!of_another(key, task)) set_key(root, key, value);
    }
    if (task.empty()) return root;
    ConfigNode only = ConfigNode::make_list();
    only.items.push_back(ConfigNode::make_text(task));
    set_key(root, "only", only);
    set_key(root, "sharing", ConfigNode::make_text("hard"));
    set_key(root, "balance", ConfigNode::make_text("equal"));
    return root;
  }

  // What an axis says of other tasks makes no difference to one that is alone.
  static bool of_another(const std::string& key, const std::string& task) {
    return !task.empty() && key.starts_with("tasks.") && !key.starts_with("tasks." + task + ".");
  }

  void put(ConfigNode root, const std::vector<Setting>& more, Index seed, std::size_t contender,
           const std::string& task, const std::string& trial) {
    for (const auto& [key, value] : more) set_key(root, key, value);
    set_key(root, "seed", plain(seed));
    const std::unique_ptr<Prepared> run = prepare_spec(root, folders_);
    plan_.runs.push_back({run_identity(*run), run->resolved, contender, task, seed, trial, more});
  }

  void add(std::size_t contender, const std::string& task) {
    const ConfigNode root = experiment(contender, task);
    const std::vector<std::vector<Setting>> points = search_points(study_, root);
    std::vector<Setting> chosen;
    if (points.size() > 1) {
      std::vector<std::vector<std::string>> ids;
      const std::size_t seeds =
          std::min(static_cast<std::size_t>(study_.search.seeds), study_.seeds.size());
      for (const std::vector<Setting>& point : points) {
        std::vector<std::string>& own = ids.emplace_back();
        for (std::size_t s = 0; s < seeds; ++s) {
          put(root, point, study_.seeds[s], contender, task, label_of(point));
          own.push_back(plan_.runs.back().id);
        }
      }
      const SearchState search = best_point(study_, store_, ids);
      const std::optional<std::size_t>& best = search.best;
      if (!search.failure.empty()) {
        plan_.given_up.emplace_back(contender, search.failure);
        return;
      }
      if (!best) {
        plan_.undecided += study_.seeds.size();
        return;
      }
      chosen = points[*best];
    } else if (points.size() == 1) {
      chosen = points[0];
    }
    for (const Index seed : study_.seeds) put(root, chosen, seed, contender, task, "");
  }

  const Study& study_;
  const Store& store_;
  const std::vector<std::string>& folders_;
  ConfigNode base_;
  StudyPlan plan_;
};

}  // namespace

StudyPlan plan_study(const Study& study, const Store& store,
                     const std::vector<std::string>& plugin_folders) {
  return Planner(study, store, plugin_folders).plan();
}

}  // namespace espalier
