#pragma once

#include <string>
#include <string_view>

#include "core/safe_text.hpp"
#include "espalier/api.hpp"

/// What a process leaves behind when it crashes or hangs: a report file and one sentence.
/// Everything that writes it is safe in a signal handler; what it needs is prepared before.
namespace espalier::failure_report {

/// First lines of every report: command line, versions. At most 4 KiB, the rest is cut.
ESPALIER_API void set_header(std::string_view header);
/// Where reports are written from now on: a run's folder. "": the working directory, where the
/// file's name then begins with "espalier-" and holds the process's number.
ESPALIER_API void set_folder(const std::string& folder);

struct Report {
  std::string_view kind;     ///< "crash": of the file's name
  std::string_view what;     ///< "crashed: SIGSEGV, segmentation fault": ends the sentence
  std::string_view details;  ///< further lines, each with its end
  bool stack = false;        ///< of the calling thread
};

/// Writes the report, then the sentence to stderr and to the run's log.txt.
void write(const Report& report);

/// Makes the first backtrace, which loads a library, outside of any signal handler.
void prepare_stack();

}  // namespace espalier::failure_report
