#include "plugin/guard.hpp"

#include <exception>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

// "exp.yaml:5:20: ..." or "override 'train.epochs=5': ..."
bool begins_with_place(std::string_view text) {
  if (text.starts_with("override '")) return true;
  std::string_view place = text.substr(0, text.find(": "));
  for (int number = 0; number < 2; ++number) {
    const std::size_t colon = place.find_last_not_of("0123456789");
    if (colon == std::string_view::npos || place[colon] != ':' || colon + 1 == place.size()) {
      return false;
    }
    place = place.substr(0, colon);
  }
  return true;
}

}  // namespace

Thrown describe_thrown() {
  using Kind = Thrown::Kind;
  try {
    throw;
  } catch (const ConfigError& e) {
    return {Kind::config, e.what()};
  } catch (const ShapeError& e) {
    return {Kind::shape, e.what()};
  } catch (const DataError& e) {
    return {Kind::data, e.what()};
  } catch (const PluginError& e) {
    return {Kind::foreign, e.what()};
  } catch (const BadInput& e) {
    return {Kind::bad_input, e.what()};
  } catch (const RunFailure& e) {
    return {Kind::run_failure, e.what()};
  } catch (const std::exception& e) {
    const char* const text = e.what();
    return {Kind::foreign, text == nullptr ? "threw a std::exception without a text" : text};
  } catch (...) {
    return {Kind::foreign, "threw something that is not a std::exception"};
  }
}

void throw_as(const Thrown& thrown) {
  using Kind = Thrown::Kind;
  switch (thrown.kind) {
    case Kind::config:
      throw ConfigError(thrown.text);
    case Kind::shape:
      throw ShapeError(thrown.text);
    case Kind::data:
      throw DataError(thrown.text);
    case Kind::bad_input:
      throw BadInput(thrown.text);
    case Kind::run_failure:
      throw RunFailure(thrown.text);
    case Kind::foreign:
      break;
  }
  throw PluginError(thrown.text);
}

void throw_again(std::string_view plugin, std::string_view stage, const Thrown& thrown) {
  using Kind = Thrown::Kind;
  const bool tagged = thrown.kind != Kind::foreign &&
                      thrown.text.compare(0, plugin.size() + 3, text::cat("[", plugin, "] ")) == 0;
  const bool placed =
      thrown.kind == Kind::config && (stage == "fields" || begins_with_place(thrown.text));
  if (tagged || placed) throw_as(thrown);
  throw_as({thrown.kind, text::cat("[plugin ", plugin, "] ", stage, ": ", thrown.text)});
}

}  // namespace espalier
