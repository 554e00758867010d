#include "testing/open_library.hpp"
#include "testing/source/checks.hpp"

namespace espalier::testing {

Answer check_source_static_dynamic(const SourceSubject& subject) {
  const OpenedLibrary library = open_library(subject.info.name, subject.setting.plugin_folders);
  if (!library.why_not.empty()) return skipped(library.why_not);
  const auto linked = subject.make(), loaded = subject.ready(library.source());
  for (const DataRole role : {DataRole::train, DataRole::test}) {
    const Dataset data = subject.read(*linked, role), other = subject.read(*loaded, role);
    std::string difference = first_difference(data, other);
    if (difference.empty() && data.digest != other.digest) difference = "the digests differ";
    if (difference.empty()) continue;
    return failed("expected the same data from the plugin linked and loaded, found that ",
                  difference);
  }
  return passed();
}

}  // namespace espalier::testing
