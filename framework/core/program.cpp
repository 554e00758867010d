#include "core/program.hpp"

#include <filesystem>

namespace espalier {

std::string program_file() {
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "" : program.string();
}

std::string program_home() {
  const std::filesystem::path program = program_file();
  if (program.empty()) return "";
  std::error_code failed;
  const auto home = std::filesystem::weakly_canonical(program.parent_path() / "..", failed);
  return failed ? "" : home.string();
}

std::string beside_program(const std::string& path) {
  const std::filesystem::path program = program_file();
  return program.empty() ? "" : program.parent_path().string() + "/../" + path;
}

}  // namespace espalier
