// module: testing
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/testing_balancer.hpp"
#include "espalier/testing_kit.hpp"
#include "espalier/testing_source.hpp"

/// Checks that every plugin should pass, for the tests of a plugin's author: one line each (see the
/// macros at the end). They know no test framework: what they find comes back as sentences. Here
/// stand those of tasks and of ways to share; balancers and sources have a header each.
namespace espalier::testing {

/// @addtogroup kit
/// @{

/// A column of labels below `classes`, one an example.
ESPALIER_API TargetColumn label_column(Index classes);
/// A column of real numbers, `sample` of them an example.
ESPALIER_API TargetColumn number_column(const Shape& sample = {1});

/// What the kit cannot guess of a task.
struct TaskSetting {
  /// Shape of one row of features: (units), or (height, width, channels).
  Shape features = {8};
  /// What is learned. Absent: labels, as many classes as the option `classes` says (2 where there
  /// is none), or one real number where the task refuses labels.
  std::optional<TargetColumn> target = std::nullopt;
  /// Checks that do not fit, by name: a contrastive loss, for one, is no mean over rows.
  std::vector<std::string> skip = {};
  /// `overfit`: the loss must fall to this share of its start within so many steps.
  double overfit_to = 0.5;
  int overfit_steps = 300;  ///< steps of Adam, for `overfit_to`
  /// Folders of the built library, for `static_dynamic`, before those that are searched anyway:
  /// ESPALIER_PLUGIN_PATH, and `plugins` and `../lib/espalier/plugins` beside the program.
  std::vector<std::string> plugin_folders = {};
};

/// What the kit cannot guess of a way to share.
struct SharingSetting {
  Index features = 6;  ///< numbers in a row of the trunk's input
  Index units = 4;     ///< of each of the trunk's two linear layers
  /// Checks that do not fit, by name.
  std::vector<std::string> skip = {};
  /// As above.
  std::vector<std::string> plugin_folders = {};
};

/// Runs every check of tasks on the plugin `info`, which makes tasks. Throws ConfigError where
/// `setting` names a check that there is not.
ESPALIER_API Report check_task(const PluginInfo& info, const Options& options = {},
                               const TaskSetting& setting = {});
/// Likewise for a plugin that makes ways to share a stage.
ESPALIER_API Report check_sharing(const PluginInfo& info, const Options& options = {},
                                  const SharingSetting& setting = {});

/// What a task says of given predictions: for tests of one's own.
struct Judgement {
  double loss = 0.0;                       ///< of the batch
  std::map<std::string, double> measures;  ///< by the metric's name
};
/// Of predictions, a row an example, and their labels (-1: missing), those of one example after the
/// other. The labels are of `column`; absent: one an example, of as many classes as a row has
/// numbers. Throws what the task throws, and ConfigError where rows and labels do not fit.
ESPALIER_API Judgement judge_labels(const PluginInfo& info,
                                    const std::vector<std::vector<double>>& predictions,
                                    const std::vector<int>& labels, const Options& options = {},
                                    const std::optional<TargetColumn>& column = std::nullopt);
/// Likewise with real targets (NaN: missing), a row an example, of `column`; absent: of one whose
/// samples are such rows.
ESPALIER_API Judgement judge_numbers(const PluginInfo& info,
                                     const std::vector<std::vector<double>>& predictions,
                                     const std::vector<std::vector<double>>& targets,
                                     const Options& options = {},
                                     const std::optional<TargetColumn>& column = std::nullopt);
/// The parameters that a way to share makes in the kit's trunk (stages `low` and `high`, tasks a, b
/// and c on the same inputs), by name: whether they are shared, or some task's own.
ESPALIER_API std::map<std::string, bool> parameters_shared(const PluginInfo& info,
                                                           const Options& options = {});

/// The same for a plugin that is linked into this program, by name. Where espalier_add_plugin()
/// built the program, its library is found as well.
inline Report check_task(std::string_view name, const Options& options = {},
                         TaskSetting setting = {}) {
  add_built_folder(setting.plugin_folders);
  return check_task(plugin_named(name, linked_plugins()), options, setting);
}
/// Likewise for a way to share that is linked into this program.
inline Report check_sharing(std::string_view name, const Options& options = {},
                            SharingSetting setting = {}) {
  add_built_folder(setting.plugin_folders);
  return check_sharing(plugin_named(name, linked_plugins()), options, setting);
}
/// Likewise for a task that is linked into this program.
inline Judgement judge_labels(std::string_view name,
                              const std::vector<std::vector<double>>& predictions,
                              const std::vector<int>& labels, const Options& options = {},
                              const std::optional<TargetColumn>& column = std::nullopt) {
  return judge_labels(plugin_named(name, linked_plugins()), predictions, labels, options, column);
}
/// Likewise for a task that is linked into this program.
inline Judgement judge_numbers(std::string_view name,
                               const std::vector<std::vector<double>>& predictions,
                               const std::vector<std::vector<double>>& targets,
                               const Options& options = {},
                               const std::optional<TargetColumn>& column = std::nullopt) {
  return judge_numbers(plugin_named(name, linked_plugins()), predictions, targets, options, column);
}
/// Likewise for a way to share that is linked into this program.
inline std::map<std::string, bool> parameters_shared(std::string_view name,
                                                     const Options& options = {}) {
  return parameters_shared(plugin_named(name, linked_plugins()), options);
}
/// @}

}  // namespace espalier::testing

/// @ingroup kit
/// One line of a doctest file: ESPALIER_TEST_TASK("vowel", {{"classes", 2}}) is a test case that
/// fails once for each check that fails, with its sentence. The arguments are those of
/// espalier::testing::check_task. Include <doctest/doctest.h> as well.
#define ESPALIER_TEST_TASK(...) ESPALIER_KIT_CASE(check_task, "task", __VA_ARGS__)
/// @ingroup kit
/// Likewise with the arguments of espalier::testing::check_sharing.
#define ESPALIER_TEST_SHARING(...) ESPALIER_KIT_CASE(check_sharing, "sharing", __VA_ARGS__)
