#pragma once

#include <memory>
#include <string>

#include "plugin/make_object.hpp"

namespace espalier {

/// A source that a plugin made, and the plugin's library. Its calls go through `guard`, and the
/// data that comes back is checked; a digest and the number of classes are formed where the plugin
/// leaves them open.
class ESPALIER_API SourceHandle final : public Source {
 public:
  /// `library` is null for a plugin that is linked into the program. Throws PluginError.
  SourceHandle(std::shared_ptr<const Library> library, const PluginInfo& info);

  void fields(Fields& fields) override;
  Dataset read(DataRole role, const DataParts& parts) const override;

 private:
  std::string plugin_;
  Made<Source> source_;
};

}  // namespace espalier
