#pragma once

#include "espalier/testing.hpp"
#include "plugin/source_handle.hpp"
#include "testing/given_options.hpp"

namespace espalier::testing {

/// What the checks of sources are about.
struct SourceSubject {
  const PluginInfo& info;
  const Options& options;
  const SourceSetting& setting;

  /// A new object with the options set.
  std::unique_ptr<Source> make() const { return make(options); }
  std::unique_ptr<Source> make(const Options& others) const {
    auto source = std::make_unique<SourceHandle>(nullptr, info);
    configure(*source, others);
    return source;
  }
  /// The same with an object that was made elsewhere.
  std::unique_ptr<Source> ready(std::unique_ptr<Source> source) const {
    configure(*source, options);
    return source;
  }

  DataParts parts() const {
    return {.train = setting.train ? &*setting.train : nullptr,
            .test = setting.test ? &*setting.test : nullptr};
  }
  Dataset read(const Source& source, DataRole role) const { return source.read(role, parts()); }
};

}  // namespace espalier::testing
