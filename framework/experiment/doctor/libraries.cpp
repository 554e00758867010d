#include <cstdlib>

#include "core/text.hpp"
#include "experiment/doctor/cpu.hpp"
#include "experiment/doctor/doctor.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

void examine_kernels(Patient& patient) {
  const Vectors machine = read_cpu(patient.cpuinfo).vectors;
  const std::string core = blas::core_name();
  const Vectors used = vectors_of_kernels(core, machine);
  if (used >= machine) {
    patient.fine("kernels", core);
    return;
  }
  const char* const forced = std::getenv("OPENBLAS_CORETYPE");
  const std::string slow = text::cat("OpenBLAS computes with its ", core, " kernels (",
                                     to_string(used), ") on a machine with ", to_string(machine));
  if (forced != nullptr) {
    patient.wrong("kernels", text::cat(slow, ", because OPENBLAS_CORETYPE=", forced, " says so"),
                  "unset OPENBLAS_CORETYPE");
  } else if (used < Vectors::avx2) {
    patient.wrong("kernels", slow, "apt-get install --only-upgrade libopenblas0-pthread");
  } else {
    patient.fine("kernels", core + ", the best that this OpenBLAS chooses here");
  }
}

}  // namespace

void examine_libraries(Patient& patient) {
  patient.fine("OpenBLAS", blas::library());
  examine_kernels(patient);
}

}  // namespace espalier
