#include "plugin/guard.hpp"

#include <exception>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

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

void throw_again(std::string_view plugin, std::string_view stage, const Thrown& thrown) {
  using Kind = Thrown::Kind;
  const bool tagged = thrown.kind != Kind::foreign &&
                      thrown.text.compare(0, plugin.size() + 3, text::cat("[", plugin, "] ")) == 0;
  const std::string text =
      tagged ? thrown.text : text::cat("[plugin ", plugin, "] ", stage, ": ", thrown.text);
  switch (thrown.kind) {
    case Kind::config:
      throw ConfigError(thrown.text);
    case Kind::shape:
      throw ShapeError(text);
    case Kind::data:
      throw DataError(text);
    case Kind::bad_input:
      throw BadInput(text);
    case Kind::run_failure:
      throw RunFailure(text);
    case Kind::foreign:
      break;
  }
  throw PluginError(text);
}

}  // namespace espalier
