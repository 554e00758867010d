#include <algorithm>

#include "core/text.hpp"
#include "data/select.hpp"
#include "espalier/error.hpp"
#include "experiment/opened_data.hpp"
#include "plugin/guard.hpp"

namespace espalier {

namespace {

using Selection = std::map<std::string, std::string>;

Dataset select_all(Dataset part, const Selection& selection, const std::string& place) {
  for (const auto& [column, ranges] : selection) {
    part = select_labels(part, column, ranges, text::cat(place, ".select.", column));
  }
  return part;
}

// What `source` itself reads: a test part that names another source is none of its business.
DataParts parts_of(const DataSpec& spec) {
  const bool own_test = spec.test && spec.test_source.object == nullptr;
  return {spec.train ? &*spec.train : nullptr, own_test ? &*spec.test : nullptr};
}

// A plugin's sentence knows no file of ours: it is told where its source is named.
Dataset read(const Choice<Source>& source, DataRole role, const DataParts& parts) {
  try {
    return source.object->read(role, parts);
  } catch (const BadInput&) {
    Thrown thrown = describe_thrown();
    if (!thrown.text.starts_with("[plugin ")) throw;
    thrown.text = text::cat(source.place, ": ", thrown.text);
    throw_as(thrown);
  }
}

Dataset read_test(const DataSpec& spec) {
  if (spec.test_source.object != nullptr) {
    return select_all(read(spec.test_source, DataRole::test, {nullptr, &*spec.test}),
                      spec.test_select, spec.place + ".test");
  }
  return select_all(read(spec.source, DataRole::test, parts_of(spec)), spec.select, spec.place);
}

// The trunk reads "images" or "inputs": the names that the sources give to what is not a label.
std::string input_column(const DataSpec& spec, const Dataset& train) {
  std::vector<std::string> names;
  for (const ColumnData& column : train.columns) {
    if (column.name == "images" || column.name == "inputs") return column.name;
    names.push_back(column.name);
  }
  throw ConfigError(text::cat(spec.place, ": expected a column 'images' or 'inputs', found ",
                              text::join(names, ", ")));
}

const ColumnData& find_target(const RunTask& task, const DataSpec& spec, const Dataset& part) {
  if (const ColumnData* column = part.find(task.target)) return *column;
  std::vector<std::string> names;
  for (const ColumnData& column : part.columns) names.push_back(column.name);
  throw ConfigError(text::cat(spec.place, ": task '", task.name, "' expected a column '",
                              task.target, "' in data '", spec.name, "', found ",
                              text::join(names, ", "), text::suggestion(task.target, names)));
}

// The task sees one column: the labels of training and test data together.
void offer_target(RunTask& task, const DataSpec& spec, const Stream& stream) {
  const ColumnData& train = find_target(task, spec, stream.train);
  TargetColumn column{train.name, spec.name, train.dtype, train.sample, train.classes};
  if (stream.test.rows > 0) {
    const ColumnData& test = find_target(task, spec, stream.test);
    if (test.sample != train.sample || test.dtype != train.dtype) {
      throw ConfigError(text::cat(spec.place, ": expected column '", train.name,
                                  "' of the test data to have the shape of the training data, ",
                                  to_string(train.sample), ", found ", to_string(test.sample)));
    }
    column.classes = std::max(column.classes, test.classes);
  }
  task.handle.accept(column);
}

const char* numbers_of(Dtype dtype) {
  return dtype == Dtype::floating ? "real numbers" : "integers";
}

void check_inputs_agree(const DataSpec& spec, const Stream& stream) {
  if (stream.test.rows == 0) return;
  const ColumnData* const train = stream.train.find(stream.input);
  const ColumnData* const test = stream.test.find(stream.input);
  if (test == nullptr) {
    throw ConfigError(text::cat(spec.place, ": expected a column '", stream.input,
                                "' in the test data, found none"));
  }
  if (test->sample != train->sample) {
    throw ConfigError(text::cat(spec.place, ": expected test inputs of shape ",
                                to_string(train->sample), ", found ", to_string(test->sample)));
  }
  if (test->dtype != train->dtype) {
    throw ConfigError(text::cat(spec.place, ": expected test inputs that are ",
                                numbers_of(train->dtype), ", as the training inputs, found ",
                                numbers_of(test->dtype)));
  }
}

Stream open_stream(const ExperimentSpec& spec, const DataSpec& data) {
  Stream stream;
  stream.name = data.name;
  stream.train =
      select_all(read(data.source, DataRole::train, parts_of(data)), data.select, data.place);
  stream.test = read_test(data);
  stream.input = input_column(data, stream.train);
  check_inputs_agree(data, stream);
  if (data.limit > 0) stream.train = limit_rows(std::move(stream.train), data.limit);
  if (data.validation > 0.0) {
    RandomStream random(static_cast<std::uint64_t>(spec.seed), "validation/" + data.name);
    auto split = split_off(stream.train, data.validation, random, data.place + ".validation");
    stream.train = std::move(split.first);
    stream.validation = std::move(split.second);
  }
  return stream;
}

// Rows from which no task learns are left out: where every task has a limit, those behind the
// largest one.
void limit_to_tasks(Stream& stream, const TaskSet& tasks) {
  Index most = 0;
  for (const int t : stream.tasks) {
    const Index limit = tasks[static_cast<std::size_t>(t)].limit;
    if (limit == 0) return;
    most = std::max(most, limit);
  }
  stream.train = limit_rows(std::move(stream.train), most);
}

}  // namespace

namespace {

// Streams are stacked along the rows of one value. (Their shapes are checked against the trunk's.)
void check_streams_agree(const ExperimentSpec& spec, const OpenedData& opened) {
  const auto dtype_of = [](const Stream& s) { return s.train.find(s.input)->dtype; };
  for (const Stream& stream : opened) {
    if (dtype_of(stream) == dtype_of(opened.front())) continue;
    throw ConfigError(text::cat(spec.trunk.place, ": expected inputs of one kind, found ",
                                numbers_of(dtype_of(opened.front())), " in data '",
                                opened.front().name, "' and ", numbers_of(dtype_of(stream)),
                                " in data '", stream.name, "'"));
  }
}

}  // namespace

OpenedData open_data(const ExperimentSpec& spec, TaskSet& tasks) {
  OpenedData opened;
  for (const DataSpec& data : spec.data) {
    std::vector<int> users;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (tasks[t].data == data.name) users.push_back(static_cast<int>(t));
    }
    if (users.empty()) continue;
    Stream stream = open_stream(spec, data);
    for (const int t : users) offer_target(tasks[static_cast<std::size_t>(t)], data, stream);
    stream.tasks = std::move(users);
    limit_to_tasks(stream, tasks);
    opened.push_back(std::move(stream));
  }
  check_streams_agree(spec, opened);
  return opened;
}

}  // namespace espalier
