#include "core/where.hpp"

#include <dlfcn.h>
#include <link.h>

#include <exception>

namespace espalier::where {

namespace {

constexpr std::string_view kPrefix = "espalier_";
constexpr std::string_view kSuffix = ".so";

// Of the last exception that left a sweep. Written while it flies, read when it was caught: by one
// thread.
std::string& failure() {
  static std::string text;
  return text;
}

// "letters" where the object's class lies in .../espalier_letters.so. The virtual table that the
// object points to is part of the library; _dl_find_object neither locks nor allocates.
std::string_view plugin_of(const void* object) {
  if (object == nullptr) return "";
  const void* table = *static_cast<const void* const*>(object);
  dl_find_object found{};
  if (::_dl_find_object(const_cast<void*>(table), &found) != 0) return "";
  if (found.dlfo_link_map == nullptr || found.dlfo_link_map->l_name == nullptr) return "";
  std::string_view file = found.dlfo_link_map->l_name;
  file.remove_prefix(file.rfind('/') + 1);
  if (!file.starts_with(kPrefix) || !file.ends_with(kSuffix)) return "";
  return file.substr(kPrefix.size(), file.size() - kPrefix.size() - kSuffix.size());
}

void describe(SafeText& text, const Place& place, std::string_view sweep) {
  const std::string_view plugin = place.plugin.empty() ? plugin_of(place.object) : place.plugin;
  text.add("[").add(plugin.empty() ? "espalier" : "plugin ").add(plugin).add("] ");
  if (!place.op.empty()) {
    text.add("op '").add(place.op).add("'");
    if (!place.scope.empty()) text.add(" of ").add(place.scope);
    text.add(", ");
  }
  text.add(place.stage.empty() ? sweep : place.stage);
}

}  // namespace

Record& record() {
  static constinit Record now;
  return now;
}

Sweep::Sweep(const char* name)
    : record_(record()),
      before_(record_.place.load(std::memory_order_relaxed)),
      sweep_before_(record_.sweep.load(std::memory_order_relaxed)),
      exceptions_(std::uncaught_exceptions()) {
  record_.sweep.store(name, std::memory_order_relaxed);
}

Sweep::~Sweep() {
  if (std::uncaught_exceptions() > exceptions_) failure() = described();
  record_.sweep.store(sweep_before_, std::memory_order_relaxed);
  enter(record_, before_);
}

void describe(SafeText& text) {
  const Record& now = record();
  const Place* const place = now.place.load(std::memory_order_relaxed);
  if (place == nullptr) {
    text.add("[espalier] outside of any plugin");
  } else {
    describe(text, *place, now.sweep.load(std::memory_order_relaxed));
  }
  const std::uint64_t step = now.step.load(std::memory_order_relaxed);
  if (step > 0) text.add(", in step ").add_number(step);
}

std::string described() {
  SafeText text;
  describe(text);
  return std::string(text.view());
}

std::string take_failure() {
  std::string text;
  text.swap(failure());
  return text;
}

}  // namespace espalier::where
