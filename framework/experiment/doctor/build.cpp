#include <unistd.h>

#include <filesystem>

#include "core/build_id.hpp"
#include "core/crash_watch.hpp"
#include "core/program.hpp"
#include "core/shell.hpp"
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

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// A command that builds the framework for this machine: from the presets where the build lies in
// the source tree, elsewhere in place, and to the prefix where it is installed. Debian's packages
// own /usr: there /usr/local comes before it in PATH.
std::string rebuild() {
  std::string configure = "cmake --preset release && cmake --build --preset release";
  const fs::path home = program_home();
  if (home.empty()) return configure;
  const fs::path sources = home.parent_path().parent_path();  // home is SOURCES/build/PRESET
  if (is_there(sources / "CMakePresets.json")) {
    return text::cat("cd ", shell_word(sources.string()), " && ", configure);
  }
  if (is_there(home / "CMakeCache.txt")) {
    return text::cat(
        "cmake -DCMAKE_BUILD_TYPE=Release -DESPALIER_ARCH=native -DESPALIER_SANITIZE= ",
        shell_word(home.string()), " && cmake --build ", shell_word(home.string()));
  }
  const std::string prefix = home == "/usr" ? "/usr/local" : home.string();
  const char* const sudo = ::access(prefix.c_str(), W_OK) == 0 ? "" : "sudo ";
  return text::cat("cd SOURCES && ", configure, " && ", sudo,
                   "cmake --install build/release --prefix ", shell_word(prefix));
}

}  // namespace

void examine_build(Patient& patient) {
  const std::string build(build_string());
  if (!reports_failures() || !kOptimised) {
    patient.wrong("build",
                  "made for looking for mistakes, many times slower than a release: " + build,
                  rebuild());
  } else {
    patient.fine("build", build);
  }
  const Vectors machine = read_cpu(patient.cpuinfo).vectors, compiled = compiled_vectors();
  if (compiled > machine) {
    patient.wrong("build",
                  text::cat("compiled for ", to_string(compiled),
                            ", which this machine does not have: it will crash (SIGILL)"),
                  rebuild());
  } else if (compiled < Vectors::avx2 && machine >= Vectors::avx2) {
    patient.wrong(
        "build",
        text::cat("compiled for ", to_string(compiled), " on a machine with ", to_string(machine)),
        rebuild());
  } else {
    patient.fine("build", text::cat("compiled for ", to_string(compiled)));
  }
}

}  // namespace espalier
