#include "testing/open_library.hpp"
#include "testing/sharing/checks.hpp"
#include "testing/sharing/course.hpp"

namespace espalier::testing {

Answer check_sharing_static_dynamic(const SharingSubject& subject) {
  const OpenedLibrary library = open_library(subject.info.name, subject.setting.plugin_folders);
  if (!library.why_not.empty()) return skipped(library.why_not);
  const Course linked = course_of(subject, *subject.make());
  const Course loaded = course_of(subject, *subject.ready(library.sharing()));
  const std::string difference = first_difference(linked, loaded);
  if (difference.empty()) return passed();
  return failed("expected the same bits from the plugin linked and loaded, found that ",
                difference);
}

}  // namespace espalier::testing
