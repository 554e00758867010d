#include "testing/task/checks.hpp"

namespace espalier::testing {

namespace {

constexpr Check<TaskSubject> kChecks[] = {
    {"shapes", check_task_shapes},
    {"gradients", check_task_gradients},
    {"predictions_of_rows", check_predictions_of_rows},
    {"loss_of_rows", check_loss_of_rows},
    {"missing_labels", check_missing_labels},
    {"missing_in_metrics", check_missing_in_metrics},
    {"empty_batch", check_empty_batch},
    {"metric_merging", check_metric_merging},
    {"overfit", check_overfit},
    {"determinism", check_task_determinism},
    {"static_dynamic", check_task_static_dynamic},
};

}  // namespace

Report check_task(const PluginInfo& info, const Options& options, const TaskSetting& setting) {
  TaskSubject subject{info, options, setting, {}};
  try {
    subject.column = choose_column(info, options, setting);
  } catch (const Error& error) {
    return {{"options", Result::Kind::failed, error.what()}};
  }
  return run_checks<TaskSubject>(kChecks, subject, setting.skip);
}

}  // namespace espalier::testing
