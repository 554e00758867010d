// module: testing
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "espalier/testing_kit.hpp"

/// Checks that every balancer should pass.
namespace espalier::testing {

/// @addtogroup kit
/// @{

/// What the kit cannot guess of a balancer.
struct BalancerSetting {
  /// Tasks of the experiment that the checks are made with; at least 3.
  std::size_t tasks = 4;
  /// Checks that do not fit, by name: a method that draws weights at random, for one, gives other
  /// weights to tasks in another order (`permutation`).
  std::vector<std::string> skip = {};
  /// See TaskSetting::plugin_folders.
  std::vector<std::string> plugin_folders = {};
};

/// Runs every check of balancers on the plugin `info`, which makes them. Throws ConfigError where
/// `setting` names a check that there is not, or fewer than 3 tasks.
ESPALIER_API Report check_balancer(const PluginInfo& info, const Options& options = {},
                                   const BalancerSetting& setting = {});

/// What a method sees of one step, for tests of one's own: n tasks.
struct Signals {
  std::vector<double> losses;                       ///< (n)
  std::vector<std::vector<double>> gradients = {};  ///< n rows of one length; empty: all zero
  std::vector<std::size_t> tasks = {};              ///< at hand, ascending; empty: 0 to n-1
};
/// The weights that a new object gives in these steps, one after the other (NaN where it has none).
/// The experiment has as many tasks as the longest step, or the largest in `tasks` says. Throws
/// what the method throws, and ConfigError where the signals do not fit together or the method
/// needs more than they are (`validation`, `rotations`).
ESPALIER_API std::vector<std::vector<double>> weights_of(const PluginInfo& info,
                                                         const std::vector<Signals>& steps,
                                                         const Options& options = {});

/// The same for a plugin that is linked into this program, by name.
inline Report check_balancer(std::string_view name, const Options& options = {},
                             BalancerSetting setting = {}) {
  add_built_folder(setting.plugin_folders);
  return check_balancer(plugin_named(name, linked_plugins()), options, setting);
}
/// Likewise for a balancer that is linked into this program.
inline std::vector<std::vector<double>> weights_of(std::string_view name,
                                                   const std::vector<Signals>& steps,
                                                   const Options& options = {}) {
  return weights_of(plugin_named(name, linked_plugins()), steps, options);
}
/// @}

}  // namespace espalier::testing

/// @ingroup kit
/// One line of a doctest file, with the arguments of espalier::testing::check_balancer:
/// ESPALIER_TEST_BALANCER("inverse_loss", {{"power", 0.5}}).
#define ESPALIER_TEST_BALANCER(...) ESPALIER_KIT_CASE(check_balancer, "balancer", __VA_ARGS__)
