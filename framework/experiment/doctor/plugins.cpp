#include <filesystem>

#include "core/shell.hpp"
#include "core/text.hpp"
#include "experiment/doctor/doctor.hpp"
#include "plugin/search.hpp"

namespace espalier {

namespace {

std::string words(const std::vector<std::string>& each) {
  std::vector<std::string> all;
  for (const std::string& one : each) all.push_back(shell_word(one));
  return text::join(all, " ");
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

// What names the folders that are there, and them alone.
std::string named_anew(const std::string& origin, const std::vector<std::string>& there) {
  const std::string joined = text::join(there, ":");
  if (origin != kPluginPathVariable) {
    return "espalier doctor" + (there.empty() ? "" : " --plugins " + shell_word(joined));
  }
  return there.empty() ? text::cat("unset ", kPluginPathVariable)
                       : text::cat("export ", kPluginPathVariable, "=", shell_word(joined));
}

// Folders that somebody named: those that are searched anyway may be missing.
void examine_named(Patient& patient, const std::vector<PluginPlace>& places,
                   const std::string& origin) {
  std::vector<std::string> there, missing;
  for (const PluginPlace& place : places) {
    if (place.origin != origin) continue;
    (is_folder(place.folder) ? there : missing).push_back(place.folder);
  }
  for (const std::string& folder : missing) {
    patient.wrong(
        "plugins",
        text::cat("expected ", origin, " to name folders, found '", folder, "', which is none"),
        named_anew(origin, there));
  }
}

void examine_places(Patient& patient) {
  const std::vector<PluginPlace> places = plugin_places({}, patient.search.folders);
  for (const char* const origin : {"--plugin-path", kPluginPathVariable}) {
    examine_named(patient, places, origin);
  }
}

// Of several files of one name the first stays.
std::string mend_of(const PluginRecord& plugin) {
  if (!plugin.file.empty()) return "rm " + shell_word(plugin.file);
  if (plugin.files.size() < 2) return "espalier plugins list";  // one is gone since
  return "rm " + words({plugin.files.begin() + 1, plugin.files.end()});
}

}  // namespace

void examine_plugins(Patient& patient) {
  examine_places(patient);
  std::vector<std::string> usable;
  for (const PluginRecord& plugin : list_plugins(patient.search)) {
    if (plugin.why_not.empty()) {
      usable.push_back(plugin.name);
    } else {
      patient.wrong("plugins", plugin.why_not, mend_of(plugin));
    }
  }
  if (usable.empty()) {
    patient.wrong("plugins", "none found: no experiment has a task",
                  text::cat("export ", kPluginPathVariable, "=FOLDER"));
  } else {
    patient.fine("plugins", text::join(usable, ", "));
  }
}

}  // namespace espalier
