#include "study/study.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "experiment/config_forms.hpp"
#include "experiment/config_scalar.hpp"
#include "experiment/yaml_parse.hpp"
#include "study/axes_form.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

/// Keys of the experiment to values: `{ train.batch: 32 }`.
std::vector<Setting> read_settings(const ConfigNode& node, const std::string& path) {
  if (node.kind != Kind::map) {
    refuse_at(node, path, "expected a map: keys to values, found " + describe_found(node));
  }
  std::vector<Setting> settings;
  for (const ConfigNode::Entry& entry : node.entries) {
    settings.emplace_back(entry.key, entry.value);
  }
  return settings;
}

class SettingsForm final : public Form {
 public:
  explicit SettingsForm(std::vector<Setting>& settings) : settings_(settings) {}
  std::string type() const override { return "a map: keys of the experiment to values"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    settings_ = read_settings(node, path);
  }
  ConfigNode write() const override { return {}; }

 private:
  std::vector<Setting>& settings_;
};

class ExceptForm final : public Form {
 public:
  explicit ExceptForm(std::vector<std::vector<Setting>>& all) : all_(all) {}
  std::string type() const override { return "a list of maps: axes to values"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.kind != Kind::list) {
      refuse_at(node, path, "expected a list of maps, found " + describe_found(node));
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      all_.push_back(read_settings(node.items[i], path_inside(path, text::cat(i))));
    }
  }
  ConfigNode write() const override { return {}; }

 private:
  std::vector<std::vector<Setting>>& all_;
};

/// A number of seeds, 1 to it, or the seeds themselves.
class SeedsForm final : public Form {
 public:
  explicit SeedsForm(std::vector<Index>& seeds) : seeds_(seeds) {}
  std::string type() const override { return "how many, or a list of them"; }
  std::string shown() const override { return "3"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    seeds_.clear();
    if (node.kind == Kind::list) {
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        const std::string place = path_inside(path, text::cat(i));
        const Index seed = read_integer(node.items[i], place, {.at_least = 0});
        if (std::ranges::find(seeds_, seed) != seeds_.end()) {
          refuse_at(node.items[i], place,
                    text::cat("expected each seed once, found ", seed, " again"));
        }
        seeds_.push_back(seed);
      }
      if (seeds_.empty()) refuse_at(node, path, "expected at least one seed, found an empty list");
      return;
    }
    const Index many = read_integer(node, path, {.at_least = 1, .at_most = 1000});
    for (Index seed = 1; seed <= many; ++seed) seeds_.push_back(seed);
  }
  ConfigNode write() const override { return {}; }

 private:
  std::vector<Index>& seeds_;
};

}  // namespace

void StudyBudget::fields(Fields& f) {
  f.integer({"epochs", "train.epochs of every run; 0: as the experiment has it"}, epochs,
            {.at_least = 0});
  f.integer(
      {"steps", "steps of every run, however many epochs they make; 0: as many as the epochs"},
      steps, {.at_least = 0});
  f.number({"seconds", "train.seconds of every run; 0: none"}, seconds, {.at_least = 0});
}

void StudySelect::fields(Fields& f) {
  static constexpr std::array<std::string_view, 1> kOn = {"validation"};
  f.word({"metric", "measure that is compared and decides a search; empty: each task's first"},
         metric);
  f.word({"on", "rows that decide a search; test rows never do"}, on, kOn);
}

void StudySearch::fields(ConfigFields& f) {
  f.form({"over", "keys and values to choose from"}, AxesForm(over));
  f.integer({"trials", "points of the grid, drawn at random; 0: all"}, trials, {.at_least = 0});
  f.integer({"seeds", "how many of the study's seeds each trial runs with"}, seeds,
            {.at_least = 1});
  f.integer({"seed", "of the drawing"}, seed, {.at_least = 0});
}

void Study::fields(ConfigFields& f) {
  f.word({"name", "name of the study and of the folder of its report", true}, name);
  f.word({"description", "free text"}, description);
  f.path({"extends", "the experiment's YAML file", true}, extends);
  f.form({"set", "changes of the experiment for all runs"}, SettingsForm(set));
  f.form({"vary", "what is compared: every combination is a contender"}, AxesForm(vary));
  f.form({"except", "combinations left out"}, ExceptForm(except));
  f.form({"seeds", "seeds of each contender"}, SeedsForm(seeds));
  f.integer({"threads", "of each run"}, threads, {.at_least = 1, .at_most = 64});
  f.flag({"baseline", "train each task alone, with the same trunk, budget and seeds"}, baseline);
  f.number({"level", "of confidence, of all intervals"}, level,
           {.at_least = 0.5, .at_most = 0.999});
  f.form({"budget", "how long every run trains"}, GroupForm(budget));
  f.form({"select", "the measure that is compared"}, GroupForm(select));
  f.form({"search", "options that every contender chooses for itself on validation"},
         GroupForm(search));
}

Study read_study(const std::string& file) {
  const ConfigNode root = load_yaml(file);
  if (root.kind != Kind::map) {
    refuse_at(root, "", "expected a study (a map of keys), found " + describe_found(root));
  }
  Study study;
  study.file = file;
  read_fields(root, "", study);
  check_name(study.name, place_of(*root.find("name"), "name"));
  std::vector<std::string> axes;
  for (const Axis& axis : study.vary) axes.push_back(axis.key);
  for (const std::vector<Setting>& left_out : study.except) {
    for (const auto& [key, value] : left_out) {
      if (std::ranges::find(axes, key) != axes.end()) continue;
      refuse_at(value, "except",
                text::cat("expected a key of vary (", text::join(axes, ", "), "), found ",
                          text::quoted(key), text::suggestion(key, axes)));
    }
  }
  return study;
}

}  // namespace espalier
