#pragma once

#include <memory>
#include <string>

#include "experiment/prepared.hpp"
#include "experiment/spec_support.hpp"
#include "plugin/support.hpp"

namespace espalier::test {

/// An experiment ready to run, from its text; its files lie in `folder`.
inline std::unique_ptr<Prepared> prepare_text(const TemporaryFolder& folder,
                                              const std::string& yaml) {
  RunRequest request;
  request.file = folder.write("exp.yaml", yaml);
  request.plugin_folders = {ESPALIER_PLUGINS};
  return prepare(request);
}

}  // namespace espalier::test
