#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// Starts `command` with `arguments` as a process of its own, which dies with this one. Its stdout
/// goes nowhere, its stderr to `log_file`, which is overwritten; it inherits the file
/// descriptor `claim`. Throws RunFailure where no process can be made.
ESPALIER_API pid_t start_worker(const std::string& command,
                                const std::vector<std::string>& arguments,
                                const std::string& log_file, int claim);

/// The file of the running program.
ESPALIER_API std::string own_command();

}  // namespace espalier
