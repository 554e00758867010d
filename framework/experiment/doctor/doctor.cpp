#include "experiment/doctor/doctor.hpp"

#include <fstream>
#include <iterator>

namespace espalier {

namespace {

constexpr void (*kChecks[])(Patient&) = {examine_machine, examine_libraries, examine_threads,
                                         examine_build,   examine_data,      examine_plugins,
                                         examine_folder};

// Files of /proc have no size: read to the end.
std::string read_all(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::vector<Finding> examine(const PluginSearch& search) {
  Patient patient{search, read_all("/proc/cpuinfo"), {}};
  for (const auto check : kChecks) check(patient);
  return patient.findings;
}

}  // namespace espalier
