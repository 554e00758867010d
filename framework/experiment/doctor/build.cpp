#include "core/build_id.hpp"
#include "core/crash_watch.hpp"
#include "core/text.hpp"
#include "experiment/doctor/cpu.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

namespace {

#ifdef __OPTIMIZE__
constexpr bool kOptimised = true;
#else
constexpr bool kOptimised = false;
#endif

}  // namespace

void examine_build(Patient& patient) {
  const std::string build(build_string());
  const std::string rebuild = "cmake --preset release && cmake --build --preset release";
  if (!reports_failures() || !kOptimised) {
    patient.wrong("build",
                  "made for looking for mistakes, many times slower than a release: " + build,
                  rebuild);
  } else {
    patient.fine("build", build);
  }
  const Vectors machine = read_cpu(patient.cpuinfo).vectors, compiled = compiled_vectors();
  if (compiled > machine) {
    patient.wrong("build",
                  text::cat("compiled for ", to_string(compiled),
                            ", which this machine does not have: it will crash (SIGILL)"),
                  rebuild);
  } else if (compiled < Vectors::avx2 && machine >= Vectors::avx2) {
    patient.wrong(
        "build",
        text::cat("compiled for ", to_string(compiled), " on a machine with ", to_string(machine)),
        rebuild);
  } else {
    patient.fine("build", text::cat("compiled for ", to_string(compiled)));
  }
}

}  // namespace espalier
