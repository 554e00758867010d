#include "testing/examples.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "espalier/random.hpp"

namespace espalier::testing {

Examples draw_examples(const TaskSubject& subject, Index rows) {
  Examples e{subject.setting.features, subject.column, rows, {}, {}, {}};
  RandomStream features(11, "testing/features"), values(11, "testing/values");
  e.numbers.resize(static_cast<std::size_t>(rows * e.features.size()));
  for (double& number : e.numbers) number = features.normal();
  const Index width = e.column.sample.size();
  for (Index i = 0; i < rows * width; ++i) {
    if (e.column.dtype == Dtype::floating) {
      e.values.push_back(static_cast<real>(values.normal()));
    } else {
      e.classes.push_back(static_cast<std::int32_t>(i % std::max<Index>(e.column.classes, 1)));
    }
  }
  return e;
}

void Examples::hide(Index row) {
  const Index width = column.sample.size();
  if (column.dtype == Dtype::floating) {
    std::fill_n(values.begin() + row * width, width, std::numeric_limits<real>::quiet_NaN());
  } else {
    std::fill_n(classes.begin() + row * width, width, -1);
  }
}

std::vector<Index> row_range(Index first, Index count) {
  std::vector<Index> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

namespace {

template <class Number>
std::vector<Number> gathered(const std::vector<Number>& from, Index width,
                             const std::vector<Index>& rows) {
  std::vector<Number> found;
  if (from.empty()) return found;
  for (const Index row : rows) {
    found.insert(found.end(), from.begin() + row * width, from.begin() + (row + 1) * width);
  }
  return found;
}

}  // namespace

Targets::Targets(const Examples& examples, const std::vector<Index>& rows)
    : shape_{static_cast<Index>(rows.size())} {
  for (const Index extent : examples.column.sample) shape_.push_back(extent);
  const Index width = examples.column.sample.size();
  classes_ = gathered(examples.classes, width, rows);
  values_ = gathered(examples.values, width, rows);
}

Target Targets::target() const {
  Target target;
  if (!classes_.empty()) target.classes = {classes_.data(), shape_};
  if (!values_.empty()) target.values = {values_.data(), shape_};
  return target;
}

}  // namespace espalier::testing
