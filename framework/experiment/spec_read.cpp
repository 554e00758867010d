#include "experiment/spec_read.hpp"

#include "experiment/config_read.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

ExperimentSpec read_spec(const ConfigNode& root, Registry* registry) {
  if (root.kind != ConfigNode::Kind::map) {
    refuse_at(root, "", "expected an experiment (a map of keys), found " + describe_found(root));
  }
  ExperimentSpec spec(registry);
  read_fields(root, "", spec);
  const ConfigNode* const name = root.find("name");
  check_name(spec.name, place_of(*name, "name"));
  const ConfigNode* const trunk = root.find("trunk");
  spec.trunk.place = place_of(*trunk, "trunk");
  check_spec(spec, root);
  return spec;
}

}  // namespace espalier
