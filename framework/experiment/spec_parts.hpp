#pragma once

#include <map>
#include <optional>
#include <string>

#include "experiment/config_fields.hpp"
#include "experiment/spec.hpp"

namespace espalier {

/// The keys of a stage of the trunk.
struct StageFields {
  Stage& stage;
  void fields(ConfigFields& fields);
};

/// The keys of `test` where it names a source of its own.
struct OwnTestFields {
  std::optional<double>& number;
  Choice<Source>& source;
  std::map<std::string, std::string>& select;
  ConfigNode files;
  void fields(ConfigFields& fields);
};

/// `sgd`, `{ sgd: 0.1 }`, or a map from groups of parameters to such choices.
class OptimizersForm final : public Form {
 public:
  explicit OptimizersForm(std::vector<OptimizerGroup>& groups) : groups_(groups) {}
  std::string type() const override;
  void read(const ConfigNode& node, const std::string& path) const override;
  ConfigNode write() const override;

 private:
  std::vector<OptimizerGroup>& groups_;
};

/// What only the whole experiment shows: names that name nothing. Places come from `root`.
void check_spec(const ExperimentSpec& spec, const ConfigNode& root);

}  // namespace espalier
