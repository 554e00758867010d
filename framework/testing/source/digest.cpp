#include "testing/changed_options.hpp"
#include "testing/source/checks.hpp"

namespace espalier::testing {

namespace {

// Whether other columns go by the same name.
bool confused(const Dataset& a, const Dataset& b) {
  return a.rows > 0 && b.rows > 0 && a.digest == b.digest && !first_difference(a, b).empty();
}

// A value may be legal alone and not beside the others: such a change says nothing.
std::optional<Dataset> read_changed(const SourceSubject& subject, const ChangedOption& change) {
  Options options = subject.options;
  options.insert_or_assign(change.name, change.value);
  try {
    return subject.read(*subject.make(options), DataRole::train);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

Answer check_digest(const SourceSubject& subject) {
  const auto source = subject.make();
  const Dataset train = subject.read(*source, DataRole::train);
  if (confused(train, subject.read(*source, DataRole::test))) {
    return failed("expected another digest for the test data, found that of the training data");
  }
  ChangedOptions changes(subject.options);
  SourceHandle(nullptr, subject.info).fields(changes);
  for (const ChangedOption& change : changes.all()) {
    const std::optional<Dataset> other = read_changed(subject, change);
    if (!other || !confused(train, *other)) continue;
    return failed("expected another digest for the other data of ", change.shown,
                  ", found the same: it is of all options, or left to the framework");
  }
  return passed();
}

}  // namespace espalier::testing
