#include <set>

#include "testing/source/checks.hpp"

namespace espalier::testing {

namespace {

const ColumnData& inputs_of(const Dataset& data) {
  const ColumnData* const images = data.find("images");
  return images != nullptr ? *images : *data.find("inputs");
}

std::vector<std::vector<real>> input_rows(const Dataset& data) {
  const ColumnData& inputs = inputs_of(data);
  const Index width = inputs.sample.size();
  std::vector<std::vector<real>> rows;
  for (Index row = 0; row < data.rows; ++row) {
    const auto first = inputs.reals.begin() + row * width;
    rows.emplace_back(first, first + width);
  }
  return rows;
}

}  // namespace

Answer check_test_rows(const SourceSubject& subject) {
  const auto source = subject.make();
  const Dataset train = subject.read(*source, DataRole::train);
  const Dataset test = subject.read(*source, DataRole::test);
  if (test.rows == 0) return skipped("there is no test data");
  if (inputs_of(train).dtype != Dtype::floating) return skipped("inputs are integers");
  const std::vector<std::vector<real>> known = input_rows(train);
  const std::set<std::vector<real>> seen(known.begin(), known.end());
  for (const std::vector<real>& row : input_rows(test)) {
    if (seen.count(row) == 0) return passed();
  }
  return failed("expected test rows that are not training rows, found that all ", test.rows,
                " are: draw both from random streams of their own");
}

}  // namespace espalier::testing
