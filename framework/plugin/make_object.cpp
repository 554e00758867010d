#include "plugin/make_object.hpp"

#include <array>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

void* make_object(const PluginInfo& info, std::string_view kind) {
  if (kind != info.kind) {
    throw PluginError(text::cat("[plugin ", info.name, "] expected a plugin that contributes a ",
                                kind, ", found one that contributes a ", info.kind));
  }
  std::array<char, 1024> error{};
  const where::Place place{.plugin = info.name, .stage = "constructor"};
  const where::Inside inside(place);
  void* const object = info.create(error.data(), error.size());
  if (object != nullptr) return object;
  error.back() = '\0';
  throw PluginError(text::cat("[plugin ", info.name,
                              "] create: ", error[0] == '\0' ? "made no object" : error.data()));
}

}  // namespace espalier
