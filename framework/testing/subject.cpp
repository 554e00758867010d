#include "testing/subject.hpp"

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier::testing {

TargetColumn label_column(Index classes) { return {"label", "kit", Dtype::integer, {1}, classes}; }

TargetColumn number_column(const Shape& sample) {
  return {"value", "kit", Dtype::floating, sample, 0};
}

TargetColumn choose_column(const PluginInfo& info, const Options& options,
                           const TaskSetting& setting) {
  if (setting.target) return *setting.target;
  const auto classes = options.find("classes");
  const Index* const given =
      classes == options.end() ? nullptr : std::get_if<Index>(&classes->second.value());
  const TargetColumn labels = label_column(given == nullptr ? 2 : *given);
  TaskHandle task(nullptr, info);
  configure(task, options);
  std::string why_not;
  try {
    task.accept(labels);
    return labels;
  } catch (const DataError& error) {
    why_not = error.what();
  }
  try {
    task.accept(number_column());
    return number_column();
  } catch (const DataError& error) {
    throw DataError(
        text::cat("expected a task that accepts labels or real numbers, found one that "
                  "refuses both (",
                  why_not, "; ", error.what(), "): name the target in the setting"));
  }
}

}  // namespace espalier::testing
