#include "experiment/named_failures.hpp"

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

std::string failure_sentence(const Thrown& thrown, const std::string& place) {
  if (!place.empty()) return text::cat(place, ": ", thrown.text);
  if (thrown.kind == Thrown::Kind::run_failure) return thrown.text;  // names what it has to name
  const std::uint64_t step = where::record().step.load();
  return text::cat(thrown.text.starts_with("[") ? "" : "[train] ", thrown.text,
                   step > 0 ? text::cat(" (in step ", step, ")") : std::string());
}

void throw_named(const Thrown& thrown, const std::string& place) {
  if (place.empty() && thrown.kind != Thrown::Kind::foreign) throw_as(thrown);
  const std::string sentence = failure_sentence(thrown, place);
  if (where::record().step.load() > 0) throw RunFailure(sentence);
  throw PluginError(sentence);
}

}  // namespace espalier
