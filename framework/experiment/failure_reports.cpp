#include "experiment/failure_reports.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/build_id.hpp"
#include "core/failure_report.hpp"
#include "core/text.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

// As the system has it: words end with zeros.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string words((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!words.empty() && words.back() == '\0') words.pop_back();
  std::ranges::replace(words, '\0', ' ');
  return words;
}

}  // namespace

FailureReports::FailureReports(double watchdog) : watchdog_(watchdog) {
  failure_report::set_header(text::cat("command ", command_line(), "\nversion ", version(),
                                       "\nbuild   ", build_string(), "\nkernels ",
                                       blas::core_name(), "\n"));
}

}  // namespace espalier
