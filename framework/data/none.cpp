// No data: for problems that are a function of the trunk's parameters alone. Rows are what steps
// are counted in; each holds one zero as the trunk's input and one zero as the tasks' target,
// because a model is recorded over the rows of a stream and a task learns a column. Nothing should
// read them.
#include "core/file.hpp"
#include "core/text.hpp"
#include "data/make.hpp"
#include "espalier/source.hpp"

namespace espalier {

namespace {

ColumnData zeros(const char* name, Index rows) {
  ColumnData column;
  column.name = name;
  column.sample = {1};
  column.reals.assign(static_cast<std::size_t>(rows), real{0});
  return column;
}

class NoData final : public Source {
 public:
  void fields(Fields& /*fields*/) override {}

  // `train` is one row unless it says more; a `test` part is there only where it is asked for.
  Dataset read(DataRole role, const DataParts& parts) const override {
    const DataPart* const part = parts.of(role);
    if (part == nullptr && role == DataRole::test) return {};
    Dataset data;
    data.rows = part == nullptr ? 1 : counted_rows(*part, "a number of rows such as 1000");
    data.digest = file::sha256(text::cat("none ", data.rows));
    data.columns.push_back(zeros("inputs", data.rows));
    data.columns.push_back(zeros("none", data.rows));
    return data;
  }
};

}  // namespace

std::unique_ptr<Source> make_none() { return std::make_unique<NoData>(); }

}  // namespace espalier
