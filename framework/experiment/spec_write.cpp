#include "experiment/spec_write.hpp"

#include "core/file.hpp"
#include "experiment/config_write.hpp"

namespace espalier {

ConfigNode resolved(ExperimentSpec& spec) { return write_fields(spec); }

std::string spec_hash(std::string_view resolved_text) {
  return file::sha256(resolved_text).substr(0, 12);
}

}  // namespace espalier
