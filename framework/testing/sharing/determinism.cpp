#include "testing/sharing/checks.hpp"
#include "testing/sharing/course.hpp"

namespace espalier::testing {

Answer check_sharing_determinism(const SharingSubject& subject) {
  const auto sharing = subject.make();
  const Course first = course_of(subject, *sharing);
  const std::string again = first_difference(first, course_of(subject, *sharing));
  if (!again.empty()) {
    return failed("expected the same bits from the same seed twice, found that ", again);
  }
  const std::string other = first_difference(first, course_of(subject, *subject.make()));
  if (other.empty()) return passed();
  return failed("expected the same bits from two objects made alike, found that ", other);
}

}  // namespace espalier::testing
