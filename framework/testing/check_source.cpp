#include "testing/source/checks.hpp"

namespace espalier::testing {

namespace {

constexpr Check<SourceSubject> kChecks[] = {
    {"columns", check_columns},
    {"rows", check_source_rows},
    {"determinism", check_source_determinism},
    {"test_rows", check_test_rows},
    {"seed", check_seed},
    {"digest", check_digest},
    {"static_dynamic", check_source_static_dynamic},
};

}  // namespace

Report check_source(const PluginInfo& info, const Options& options, const SourceSetting& setting) {
  const SourceSubject subject{info, options, setting};
  try {
    subject.make();
  } catch (const Error& error) {
    return {{"options", Result::Kind::failed, error.what()}};
  }
  return run_checks<SourceSubject>(kChecks, subject, setting.skip);
}

}  // namespace espalier::testing
