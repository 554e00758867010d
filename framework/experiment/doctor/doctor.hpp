#pragma once

#include <string>
#include <vector>

#include "experiment/plugin_list.hpp"

namespace espalier {

/// One thing that was looked at.
struct Finding {
  std::string area;  ///< "machine"
  std::string text;  ///< what is there, or what is wrong with it
  std::string mend;  ///< the command that mends it; empty: nothing is wrong
};

/// What the machine, the libraries, the data, the plugins, the build and the working directory look
/// like to a run that starts here. Reads only.
ESPALIER_API std::vector<Finding> examine(const PluginSearch& search);

/// What the checks share.
struct Patient {
  PluginSearch search;
  std::string cpuinfo;  ///< text of /proc/cpuinfo
  std::vector<Finding> findings;

  void fine(const char* area, const std::string& text) { findings.push_back({area, text, ""}); }
  void wrong(const char* area, const std::string& text, const std::string& mend) {
    findings.push_back({area, text, mend});
  }
};

// One file each, in the order of the table in doctor.cpp.
void examine_machine(Patient& patient);
void examine_libraries(Patient& patient);
void examine_threads(Patient& patient);
void examine_build(Patient& patient);
void examine_data(Patient& patient);
void examine_plugins(Patient& patient);
void examine_folder(Patient& patient);

}  // namespace espalier
