#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/text.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

// Folders that the experiments of the framework read, below ESPALIER_DATA.
constexpr const char* kKnown[] = {"letters_digits", "mnist", "fashion_mnist", "sarcos"};

// The first file of `folder` that cannot be read; "" where all can.
std::string unreadable(const fs::path& folder) {
  if (::access(folder.c_str(), R_OK | X_OK) != 0) return folder.string();
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (::access(entry->path().c_str(), R_OK) != 0) return entry->path().string();
  }
  return "";
}

void examine_known(Patient& patient, const fs::path& data) {
  std::vector<std::string> there, missing;
  for (const char* const name : kKnown) {
    std::error_code ignored;
    const bool exists = fs::is_directory(data / name, ignored);
    (exists ? there : missing).emplace_back(name);
    const std::string closed = exists ? unreadable(data / name) : "";
    if (closed.empty()) continue;
    patient.wrong("data", "cannot be read: " + closed, "chmod -R u+rX '" + closed + "'");
  }
  patient.fine("data", text::cat(data.string(), " has ",
                                 there.empty() ? "none of the known sets" : text::join(there, ", "),
                                 missing.empty() ? "" : "; not " + text::join(missing, ", ")));
}

}  // namespace

void examine_data(Patient& patient) {
  const char* const variable = std::getenv("ESPALIER_DATA");
  if (variable == nullptr || *variable == '\0') {
    patient.fine("data", "ESPALIER_DATA is not set: the embedded sets only");
    return;
  }
  std::error_code ignored;
  if (fs::is_directory(variable, ignored)) return examine_known(patient, variable);
  patient.wrong("data",
                text::cat("expected ESPALIER_DATA to name a folder, found ", text::quoted(variable),
                          fs::exists(variable, ignored) ? ", which is something else"
                                                        : ", which does not exist"),
                "export ESPALIER_DATA=FOLDER");
}

}  // namespace espalier
