#include <filesystem>

#include "cli/commands.hpp"
#include "core/program.hpp"

namespace espalier::cli {

namespace {

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

std::string own_or_shipped(const std::string& file) {
  const std::string folder = beside_program("share/espalier/experiments/");
  if (is_file(file) || folder.empty() || file.empty() || file.front() == '/') return file;
  for (const char* const suffix : {"", ".yaml"}) {
    const std::string shipped = folder + file + suffix;
    if (is_file(shipped)) return std::filesystem::path(shipped).lexically_normal().string();
  }
  return file;
}

}  // namespace espalier::cli
