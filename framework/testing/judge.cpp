#include "core/text.hpp"
#include "espalier/error.hpp"
#include "testing/task_bench.hpp"

namespace espalier::testing {

namespace {

using Rows = std::vector<std::vector<double>>;

// All rows, one after the other; they must be as long as the first.
std::vector<real> joined(const Rows& rows, const char* what) {
  std::vector<real> numbers;
  for (const std::vector<double>& row : rows) {
    if (row.size() != rows[0].size()) {
      throw ConfigError(text::cat("[testing] expected ", what, " of ", rows[0].size(),
                                  " numbers a row, found ", row.size()));
    }
    for (const double number : row) numbers.push_back(static_cast<real>(number));
  }
  return numbers;
}

// `targets` of which an example of `column` has a sample's numbers.
void check_rows(std::size_t predictions, std::size_t targets, const TargetColumn& column) {
  const auto sample = static_cast<std::size_t>(column.sample.size());
  if (predictions * sample == targets && predictions > 0) return;
  throw ConfigError(text::cat(
      "[testing] expected as many targets as predictions",
      sample == 1 ? std::string() : text::cat(" times ", sample, ", the numbers of a sample"),
      ", and one or more, found ", targets, " and ", predictions));
}

Judgement judge(const PluginInfo& info, const Rows& predictions, const Options& options,
                const Examples& examples) {
  const TaskSetting setting;
  const TaskSubject subject{info, options, setting, examples.column};
  const TaskHandle task = subject.make();
  const std::vector<real> numbers = joined(predictions, "predictions");
  const ConstTensor given(numbers.data(), {static_cast<Index>(predictions.size()),
                                           static_cast<Index>(predictions[0].size())});
  const Targets targets(examples, row_range(0, examples.rows));
  ParameterStore store(5);
  Judgement found;
  found.loss = loss_of_predictions(task, store, targets, given);
  for (MetricHandle& metric : task.metrics()) {
    metric.add(given, targets.target());
    found.measures[metric.name()] = metric.value();
  }
  return found;
}

}  // namespace

Judgement judge_labels(const PluginInfo& info, const Rows& predictions,
                       const std::vector<int>& labels, const Options& options,
                       const std::optional<TargetColumn>& column) {
  Examples examples;
  examples.rows = static_cast<Index>(predictions.size());
  const Index numbers = predictions.empty() ? 0 : static_cast<Index>(predictions[0].size());
  examples.column = column ? *column : label_column(numbers);
  check_rows(predictions.size(), labels.size(), examples.column);
  for (const int label : labels) {
    if (label >= examples.column.classes) {
      throw ConfigError(
          text::cat("[testing] expected labels below ", examples.column.classes,
                    column ? ", the classes of the column" : ", the numbers of a prediction",
                    ", found ", label));
    }
  }
  examples.classes.assign(labels.begin(), labels.end());
  return judge(info, predictions, options, examples);
}

Judgement judge_numbers(const PluginInfo& info, const Rows& predictions, const Rows& targets,
                        const Options& options, const std::optional<TargetColumn>& column) {
  check_rows(predictions.size(), targets.size(), number_column());
  Examples examples;
  examples.rows = static_cast<Index>(targets.size());
  const auto numbers = static_cast<Index>(targets[0].size());
  examples.column = column ? *column : number_column({numbers});
  if (examples.column.sample.size() != numbers) {
    throw ConfigError(text::cat("[testing] expected targets of ", examples.column.sample.size(),
                                " numbers a row, as the column has, found ", numbers));
  }
  examples.values = joined(targets, "targets");
  return judge(info, predictions, options, examples);
}

}  // namespace espalier::testing
