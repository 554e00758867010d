#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

#include "core/text.hpp"
#include "experiment/doctor/doctor.hpp"

namespace espalier {

namespace fs = std::filesystem;

namespace {

constexpr double kLittle = 1024.0 * 1024.0 * 1024.0;

}  // namespace

void examine_folder(Patient& patient) {
  std::error_code failed;
  const fs::path here = fs::current_path(failed);
  const fs::path folder = fs::exists(here / "runs", failed) ? here / "runs" : here;
  if (!fs::is_directory(folder, failed) || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    patient.wrong("runs", "expected a folder that can be written, found " + folder.string(),
                  "cd to another folder, or run with --out FOLDER");
  } else {
    patient.fine("runs", "written to " + folder.string());
  }
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return;
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  if (free < kLittle) {
    patient.wrong("disk", text::cat("only ", text::bytes(free), " left under ", folder.string()),
                  "run with --out FOLDER on another disk");
  } else {
    patient.fine("disk", text::bytes(free) + " left");
  }
}

}  // namespace espalier
