#include "plugin/handshake.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "core/build_id.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/build_difference.hpp"

namespace espalier {

namespace {

template <class... Parts>
[[noreturn]] void refuse(std::string_view where, const Parts&... parts) {
  throw PluginError(text::cat("[plugin ", where, "] ", parts...));
}

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

// A fixed-size text: up to its first zero, or all of it.
std::string_view text_at(std::string_view bytes, std::size_t offset, std::size_t size) {
  const std::string_view field = bytes.substr(offset, size);
  return field.substr(0, field.find('\0'));
}

// A damaged stamp may hold anything; a terminal must not.
std::string shown(std::string_view build) {
  std::string printable = "'";
  for (const char c : build) printable += c >= ' ' && c <= '~' ? c : '?';
  return printable + "'";
}

void check_magic(std::string_view where, std::string_view bytes) {
  if (bytes.size() < offsetof(PluginInfo, build)) {
    refuse(where, "not an Espalier plugin: expected a stamp of ", sizeof(PluginInfo),
           " bytes, found ", bytes.size());
  }
  if (std::memcmp(bytes.data(), kPluginMagic, sizeof(kPluginMagic)) != 0) {
    refuse(where, "not an Espalier plugin: expected a stamp that begins with ",
           text::quoted(kPluginMagic), ", found ",
           text::quoted(text_at(bytes, 0, sizeof(kPluginMagic))));
  }
}

void check_api(std::string_view where, std::uint32_t api) {
  if (api == kPluginApi) return;
  refuse(where, "built for plugin API ", api, ", this framework has plugin API ", kPluginApi,
         api < kPluginApi ? "; rebuild the plugin" : "; the plugin needs a newer framework");
}

}  // namespace

PluginStamp check_stamp(std::string_view where, std::string_view bytes,
                        std::string_view expected_name) {
  check_magic(where, bytes);
  check_api(where, number_at(bytes, offsetof(PluginInfo, api)));
  const std::uint32_t size = number_at(bytes, offsetof(PluginInfo, size));
  if (size != sizeof(PluginInfo) || bytes.size() < offsetof(PluginInfo, create)) {
    refuse(where, "built with a stamp of ", size == sizeof(PluginInfo) ? bytes.size() : size,
           " bytes, this framework's has ", sizeof(PluginInfo), "; rebuild the plugin");
  }
  const auto build = text_at(bytes, offsetof(PluginInfo, build), sizeof(PluginInfo::build));
  if (build != build_string()) {
    const BuildDifference differ = build_difference(build, build_string());
    refuse(where, "built for ", shown(differ.plugin), ", this framework is ",
           shown(differ.framework), "; rebuild the plugin");
  }
  const auto name = text_at(bytes, offsetof(PluginInfo, name), sizeof(PluginInfo::name));
  check_plugin_name(where, name);
  if (!expected_name.empty() && name != expected_name) {
    refuse(where, "expected the file's name in the stamp, '", expected_name, "', found '", name,
           "'; rename the file to espalier_", name, ".so, or the plugin");
  }
  const auto summary = text_at(bytes, offsetof(PluginInfo, summary), sizeof(PluginInfo::summary));
  const auto kind = text_at(bytes, offsetof(PluginInfo, kind), sizeof(PluginInfo::kind));
  return {std::string(name), std::string(summary), std::string(kind)};
}

std::string_view stamp_bytes(const PluginInfo& info) {
  return {reinterpret_cast<const char*>(&info), offsetof(PluginInfo, create)};
}

bool is_plugin_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

void check_plugin_name(std::string_view where, std::string_view name) {
  if (is_plugin_name(name)) return;
  refuse(where, "expected a plugin's name of letters, digits, '_' and '-', found ",
         text::quoted(name));
}

}  // namespace espalier
