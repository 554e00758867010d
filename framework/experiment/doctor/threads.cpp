#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "core/text.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

namespace {

// Cores' worth of time that a control group grants; 0: no limit.
double granted_cores() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0.0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0.0) return 0.0;
  return std::strtod(quota.c_str(), nullptr) / period;
}

// Who sets it expects something of it.
void examine_variable(Patient& patient, const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return;
  patient.fine("threads", text::cat(name, "=", value,
                                    " has no influence: a run's threads are its own, as many as "
                                    "the experiment's `threads` says"));
}

}  // namespace

void examine_threads(Patient& patient) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const double granted = granted_cores();
  if (granted > 0.0 && granted + 0.01 < cores) {
    const int best = std::max(1, static_cast<int>(granted));
    patient.wrong("threads",
                  text::cat("a run takes ", cores,
                            " threads by default, but this control group "
                            "grants the time of ",
                            text::number(granted), " cores only"),
                  text::cat("espalier run EXPERIMENT threads=", best));
  } else {
    patient.fine("threads", text::cat(cores, " by default, one for each core"));
  }
  examine_variable(patient, "OPENBLAS_NUM_THREADS");
  examine_variable(patient, "OMP_NUM_THREADS");
}

}  // namespace espalier
