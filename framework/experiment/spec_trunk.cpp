// The keys of the trunk: its input, and its stages with their layers.
#include "core/text.hpp"
#include "experiment/config_forms.hpp"
#include "experiment/spec.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

/// `relu`, `{ max_pool: 2 }`, `{ conv: { channels: 32, kernel: 3 } }`.
class LayerForm final : public ChoiceForm {
 public:
  explicit LayerForm(Stage::Use& use) : ChoiceForm("layer"), use_(use) {}

 protected:
  std::vector<std::string> names() const override { return names_of(layer_table()); }
  std::string chosen() const override { return use_.kind; }
  void choose(const std::string& name, const std::string& place) const override {
    use_ = {name, place, make_named<Layer>(layer_table(), name)};
  }
  void fields(ConfigFields& f) const override { use_.layer->fields(f); }

 private:
  Stage::Use& use_;
};

[[noreturn]] void refuse_list(const ConfigNode& node, const std::string& path, const char* noun) {
  const bool empty = node.kind == Kind::list;
  refuse_at(node, path,
            text::cat("expected a list with at least one ", noun, ", found ",
                      empty ? "an empty list" : describe_found(node)));
}

class LayersForm final : public Form {
 public:
  explicit LayersForm(Stage& stage) : stage_(stage) {}
  std::string type() const override { return "a list of layers"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.items.empty()) refuse_list(node, path, "layer");
    stage_.layers.clear();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      Stage::Use use;
      LayerForm(use).read(node.items[i], path_inside(path, text::cat(i)));
      stage_.layers.push_back(std::move(use));
    }
  }
  ConfigNode write() const override {
    ConfigNode node = ConfigNode::make_list();
    for (Stage::Use& use : stage_.layers) node.items.push_back(LayerForm(use).write());
    return node;
  }

 private:
  Stage& stage_;
};

class StagesForm final : public Form {
 public:
  explicit StagesForm(std::vector<Stage>& stages) : stages_(stages) {}
  std::string type() const override { return "a list of stages"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.items.empty()) refuse_list(node, path, "stage");
    stages_.clear();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      Stage stage;
      StageFields fields{stage};
      const std::string inside = path_inside(path, text::cat(i));
      read_fields(node.items[i], inside, fields);
      check_name_of(stage, node.items[i], path_inside(inside, "name"));
      stages_.push_back(std::move(stage));
    }
  }
  ConfigNode write() const override {
    ConfigNode node = ConfigNode::make_list();
    for (Stage& stage : stages_) {
      StageFields fields{stage};
      node.items.push_back(write_fields(fields));
    }
    return node;
  }

 private:
  void check_name_of(const Stage& stage, const ConfigNode& node, const std::string& path) const {
    const ConfigNode& name = *node.find("name");
    check_name(stage.name, place_of(name, path));
    for (const Stage& before : stages_) {
      if (before.name != stage.name) continue;
      refuse_at(name, path,
                text::cat("expected a name that no other stage has, found ",
                          text::quoted(stage.name), " again"));
    }
  }

  std::vector<Stage>& stages_;
};

constexpr Index kMaxInputs = Index{1} << 31U;  // numbers of one example

}  // namespace

void StageFields::fields(ConfigFields& f) {
  f.word({"name", "name of the stage and prefix of its parameters", true}, stage.name);
  f.form({"sharing", "how the tasks share this stage; none named: as `sharing` has it"},
         StageSharingForm(stage));
  f.form({"layers", "what the stage computes, first layer first", true}, LayersForm(stage));
}

void TrunkSpec::fields(ConfigFields& f) {
  f.integers({"input", "shape of one example: [channels, height, width], or [features]", true},
             input, {.at_least = 1, .at_most = kMaxInputs});
  f.form({"stages", "parts of the trunk that are shared, or not, together", true},
         StagesForm(stages));
  if (input.empty() || input.size() > 3) {
    f.refuse("input", text::cat("expected 1 to 3 extents, found ", input.size()));
  }
  Index size = 1;
  for (const Index extent : input) {
    if (extent > kMaxInputs / size) {
      f.refuse("input",
               text::cat("expected at most ", kMaxInputs, " numbers in an example, found more"));
    }
    size *= extent;
  }
}

}  // namespace espalier
