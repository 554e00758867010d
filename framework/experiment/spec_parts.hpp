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
  Registry* registry;
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

/// A balancer, whose options stand beside the conventions; these start as the method's own.
class BalanceForm final : public TableChoice<Balancer, const BalancerEntry> {
 public:
  /// `registry` as in ExperimentSpec.
  BalanceForm(Registry* registry, Choice<Balancer>& choice, BalanceConventions& conventions)
      : TableChoice("balancer", balancer_table(), choice),
        registry_(registry),
        balance_(choice),
        conventions_(conventions) {}

 protected:
  std::vector<std::string> names_for(const std::string& wanted) const override;
  void choose(const std::string& name, const std::string& place) const override;
  void fields(ConfigFields& fields) const override;

 private:
  Registry* registry_;
  Choice<Balancer>& balance_;
  BalanceConventions& conventions_;
};

/// A strategy for the whole trunk.
class SharingForm final : public TableChoice<SharingStrategy, const SharingEntry> {
 public:
  SharingForm(Choice<SharingStrategy>& choice, Groups& groups)
      : TableChoice("sharing strategy", sharing_table(), choice),
        sharing_(choice),
        groups_(groups) {}

 protected:
  std::vector<std::string> names() const override;
  void choose(const std::string& name, const std::string& place) const override;
  void fields(ConfigFields& fields) const override;

 private:
  Choice<SharingStrategy>& sharing_;
  Groups& groups_;
};

/// How one stage is shared, where it is not as the strategy has it.
class StageSharingForm final : public ChoiceForm {
 public:
  explicit StageSharingForm(Stage& stage) : ChoiceForm("way to share a stage"), stage_(stage) {}

 protected:
  std::vector<std::string> names() const override;
  std::string chosen() const override { return stage_.sharing; }
  void choose(const std::string& name, const std::string& place) const override;
  void fields(ConfigFields& fields) const override;

 private:
  Stage& stage_;
};

/// The blocks of stages that `spec` asks for. Throws ConfigError where a stage asks for a sharing
/// of its own inside stages that the strategy takes as one.
ESPALIER_API std::vector<StageBlock> stage_blocks(const ExperimentSpec& spec);

/// Refuses conventions that the method cannot follow. `choice` names the place.
void check_conventions(const Choice<Balancer>& choice, const BalanceConventions& conventions);

/// What only the whole experiment shows: names that name nothing. Places come from `root`.
void check_spec(const ExperimentSpec& spec, const ConfigNode& root);

}  // namespace espalier
