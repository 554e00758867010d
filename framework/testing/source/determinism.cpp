#include "testing/source/checks.hpp"

namespace espalier::testing {

namespace {

// With the digest.
std::string any_difference(const Dataset& a, const Dataset& b) {
  const std::string found = first_difference(a, b);
  return found.empty() && a.digest != b.digest ? "the digests of equal columns differ" : found;
}

}  // namespace

Answer check_source_determinism(const SourceSubject& subject) {
  const auto source = subject.make(), other = subject.make();
  const Dataset train = subject.read(*source, DataRole::train);
  const Dataset test = subject.read(*source, DataRole::test);
  const std::string again = any_difference(train, subject.read(*source, DataRole::train));
  if (!again.empty())
    return failed("expected the same data from reading twice, found that ", again);
  std::string apart = any_difference(test, subject.read(*other, DataRole::test));
  if (apart.empty()) apart = any_difference(train, subject.read(*other, DataRole::train));
  if (apart.empty()) return passed();
  return failed("expected the same data from two objects made alike, found that ", apart);
}

}  // namespace espalier::testing
