#include "experiment/recon.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/yaml_parse.hpp"

namespace espalier {

namespace {

using nlohmann::json;

/// A layer of a trunk: the stage's name and the layer's number in it.
using LayerName = std::pair<std::string, std::size_t>;

// "trunk/dense/0/linear/weight" to (dense, 0).
LayerName layer_of(const std::string& folder, const std::string& parameter) {
  std::istringstream in(parameter);
  std::string trunk, stage, number;
  std::getline(in, trunk, '/');
  std::getline(in, stage, '/');
  std::getline(in, number, '/');
  const bool digits = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
  if (trunk == "trunk" && digits) return {stage, std::stoul(number)};
  throw ConfigError(text::cat("[convert] expected a run of sharing 'hard' in ", folder,
                              ", found the layer '", parameter, "'"));
}

// Steps in which a pair conflicted: its share times the steps in which both had a gradient. Runs of
// before `pairs` was written: as if they had one in every step.
double conflicts_in(const json& layer) {
  const auto shares = layer.find("conflicts"), pairs = layer.find("pairs");
  if (shares == layer.end()) return 0.0;
  const double steps = layer.value("steps", 0.0);
  double sum = 0.0;
  for (const auto& [pair, share] : shares->items()) {
    if (!share.is_number()) continue;
    const bool counted = pairs != layer.end() && pairs->contains(pair);
    sum += share.get<double>() * (counted ? pairs->at(pair).get<double>() : steps);
  }
  return sum;
}

std::map<LayerName, double> conflicts_of(const std::string& folder) {
  std::map<LayerName, double> scores;
  std::istringstream lines(file::read(folder + "/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!record.is_object() || !record.contains("gradients")) continue;
    const json& gradients = record["gradients"];
    if (!gradients.contains("layers")) continue;
    for (const auto& [name, layer] : gradients["layers"].items()) {
      scores[layer_of(folder, name)] += conflicts_in(layer);
    }
  }
  if (!scores.empty()) return scores;
  throw ConfigError(
      text::cat("[convert] expected gradients by layer in ", folder,
                "/metrics.jsonl, found none; run it with a method that forms the Gram "
                "matrix, or with diagnostics.every=1"));
}

// "dense_2", or the next number that no stage has; at most as long as a name may be.
std::string free_name(const std::string& stage, std::set<std::string>& taken) {
  constexpr std::size_t kLongest = 64;
  for (std::size_t n = 2;; ++n) {
    const std::string end = text::cat("_", n);
    std::string name = stage.substr(0, kLongest - end.size()) + end;
    if (taken.insert(name).second) return name;
  }
}

// A stage cut where private layers begin and end; layers without weights stay with those before.
std::vector<ConfigNode> split(const ConfigNode& stage, const std::set<std::size_t>& weighing,
                              const std::set<std::size_t>& chosen, std::set<std::string>& taken) {
  std::vector<ConfigNode> parts;
  const ConfigNode& layers = *stage.find("layers");
  bool before = false;
  for (std::size_t i = 0; i < layers.items.size(); ++i) {
    const bool own = weighing.count(i) > 0 ? chosen.count(i) > 0 : before;
    if (parts.empty() || own != before) {
      ConfigNode part = stage;
      part.find("layers")->items.clear();
      if (!parts.empty()) {
        part.set("name", ConfigNode::make_text(free_name(stage.find("name")->scalar, taken)));
      }
      if (own) part.set("sharing", ConfigNode::make_text("private"));
      parts.push_back(std::move(part));
    }
    parts.back().find("layers")->items.push_back(layers.items[i]);
    before = own;
  }
  return parts;
}

// What an optimizer group of the stage's own said holds for its parts.
void copy_group(ConfigNode& experiment, const std::string& stage,
                const std::vector<ConfigNode>& parts) {
  ConfigNode* const optimizer = experiment.find("optimizer");
  const ConfigNode* const found =
      optimizer != nullptr ? optimizer->find("trunk/" + stage) : nullptr;
  if (found == nullptr) return;
  const ConfigNode group = *found;  // `set` moves the entries
  for (const ConfigNode& part : parts) {
    optimizer->set("trunk/" + part.find("name")->scalar, group);
  }
}

}  // namespace

ReconAnswer recon(const std::string& folder, std::size_t layers) {
  const std::map<LayerName, double> scores = conflicts_of(folder);
  std::vector<std::pair<LayerName, double>> ranked(scores.begin(), scores.end());
  std::ranges::stable_sort(ranked, std::ranges::greater{}, &std::pair<LayerName, double>::second);
  if (layers < 1 || layers + 1 > ranked.size()) {  // some layer must stay shared
    throw ConfigError(text::cat("[convert] expected 1 to ", ranked.size() - 1,
                                " layers to make private, found ", layers));
  }
  ReconAnswer answer{load_yaml(folder + "/spec.yaml"), {}};
  std::map<std::string, std::set<std::size_t>> weighing, chosen;
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    const auto& [name, score] = ranked[k];
    weighing[name.first].insert(name.second);
    if (k >= layers) continue;
    chosen[name.first].insert(name.second);
    answer.layers.push_back(
        text::cat("trunk/", name.first, "/", name.second, " (", text::number(score), ")"));
  }
  std::vector<ConfigNode> stages;
  std::set<std::string> taken;
  ConfigNode& list = *answer.experiment.find("trunk")->find("stages");
  for (const ConfigNode& stage : list.items) taken.insert(stage.find("name")->scalar);
  for (const ConfigNode& stage : list.items) {
    const std::string name = stage.find("name")->scalar;
    const std::vector<ConfigNode> parts = split(stage, weighing[name], chosen[name], taken);
    copy_group(answer.experiment, name, parts);
    stages.insert(stages.end(), parts.begin(), parts.end());
  }
  list.items = std::move(stages);
  return answer;
}

}  // namespace espalier
