#include "testing/balancer/checks.hpp"

namespace espalier::testing {

namespace {

constexpr Check<BalancerSubject> kChecks[] = {
    {"weights", check_weights},
    {"one_task", check_one_task},
    {"scales", check_scales},
    {"zero_rows", check_zero_rows},
    {"permutation", check_permutation},
    {"resume", check_resume},
    {"determinism", check_balancer_determinism},
    {"static_dynamic", check_balancer_static_dynamic},
};

// Every check left out for one reason.
Report all_skipped(const std::string& why) {
  Report report;
  for (const auto& check : kChecks) {
    report.push_back({std::string(check.name), Result::Kind::skipped, why});
  }
  return report;
}

}  // namespace

Report check_balancer(const PluginInfo& info, const Options& options,
                      const BalancerSetting& setting) {
  if (setting.tasks < 3) {
    throw ConfigError(text::cat("[testing] tasks: expected 3 or more, found ", setting.tasks));
  }
  const BalancerSubject subject{info, options, setting};
  std::string why_not;
  try {
    why_not = MethodBench::why_not(subject.make()->needs());
  } catch (const Error& error) {
    return {{"options", Result::Kind::failed, error.what()}};
  }
  if (!why_not.empty()) return all_skipped(why_not);
  return run_checks<BalancerSubject>(kChecks, subject, setting.skip);
}

}  // namespace espalier::testing
