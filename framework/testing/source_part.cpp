#include <filesystem>

#include "testing/source_subject.hpp"

namespace espalier::testing {

DataPart number_part(double number) {
  return {.files = {}, .number = number, .place = "[testing]"};
}

DataPart file_part(const std::map<std::string, std::string>& files) {
  DataPart part{.files = {}, .number = std::nullopt, .place = "[testing]"};
  for (const auto& [column, file] : files) {
    part.files[column] = {std::filesystem::absolute(file).string(), "[testing]"};
  }
  return part;
}

Dataset read_part(const PluginInfo& info, DataRole role, const Options& options,
                  const SourceSetting& setting) {
  const SourceSubject subject{info, options, setting};
  return subject.read(*subject.make(), role);
}

}  // namespace espalier::testing
