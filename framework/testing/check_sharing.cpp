#include "testing/sharing/checks.hpp"

namespace espalier::testing {

namespace {

constexpr Check<SharingSubject> kChecks[] = {
    {"shapes", check_sharing_shapes},
    {"gradients", check_sharing_gradients},
    {"owners", check_owners},
    {"demand", check_demand},
    {"inputs", check_inputs},
    {"rows", check_sharing_rows},
    {"determinism", check_sharing_determinism},
    {"static_dynamic", check_sharing_static_dynamic},
};

}  // namespace

Report check_sharing(const PluginInfo& info, const Options& options,
                     const SharingSetting& setting) {
  const SharingSubject subject{info, options, setting};
  try {
    subject.make();
  } catch (const Error& error) {
    return {{"options", Result::Kind::failed, error.what()}};
  }
  return run_checks<SharingSubject>(kChecks, subject, setting.skip);
}

}  // namespace espalier::testing
