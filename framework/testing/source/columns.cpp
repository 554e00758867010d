#include "testing/source/checks.hpp"

namespace espalier::testing {

// Numbers that do not fill their columns, labels out of range and inputs that are not finite are
// told by the handle of the plugin.
Answer check_columns(const SourceSubject& subject) {
  const auto source = subject.make();
  const Dataset train = subject.read(*source, DataRole::train);
  if (train.find("images") == nullptr && train.find("inputs") == nullptr) {
    std::vector<std::string> names;
    for (const ColumnData& column : train.columns) names.push_back(column.name);
    return failed("expected a column 'images' or 'inputs', which the trunk reads, found ",
                  names.empty() ? "none" : text::join(names, ", "));
  }
  DataParts alone = subject.parts();
  alone.test = nullptr;
  const Index uncalled = source->read(DataRole::test, alone).rows;
  if (subject.setting.train && uncalled != 0) {
    return failed("expected no test rows where nobody asks for test data, found ", uncalled);
  }
  const Dataset test = subject.read(*source, DataRole::test);
  const std::string difference = test.rows == 0 ? "" : first_other_column(train, test);
  if (difference.empty()) return passed();
  return failed("expected the same columns in the training and the test data, found that ",
                difference);
}

}  // namespace espalier::testing
