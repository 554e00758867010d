#include "core/text.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

void examine_plugins(Patient& patient) {
  std::vector<std::string> usable;
  for (const PluginRecord& plugin : list_plugins(patient.search)) {
    if (plugin.why_not.empty()) {
      usable.push_back(plugin.name);
    } else if (plugin.file.empty()) {  // two of one name
      patient.wrong("plugins", plugin.why_not, "espalier plugins list");
    } else {
      patient.wrong("plugins", plugin.why_not, "rm '" + plugin.file + "', or build it again");
    }
  }
  if (usable.empty()) {
    patient.wrong("plugins", "none found: no experiment has a task",
                  "export ESPALIER_PLUGIN_PATH=FOLDER");
  } else {
    patient.fine("plugins", text::join(usable, ", "));
  }
}

}  // namespace espalier
