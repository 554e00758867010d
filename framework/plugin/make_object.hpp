#pragma once

#include <memory>
#include <string_view>

#include "core/where.hpp"
#include "plugin/library.hpp"

namespace espalier {

/// Ends an object that a plugin made. The library is part of it: it stays until the object is gone,
/// also when a handle is assigned over, where two members would be replaced in the wrong order.
struct DeleteMade {
  std::shared_ptr<const Library> library;
  void (*destroy)(void*) noexcept;
  void operator()(void* object) const noexcept {
    const where::Place place{.plugin = library ? library->info().name : "(linked)",
                             .stage = "destructor"};
    const where::Inside inside(place);
    destroy(object);
  }
};

/// An object that a plugin made, as the base class of its kind.
template <class Base>
using Made = std::unique_ptr<Base, DeleteMade>;

/// What `info.create` makes, which must be of `kind`. Throws PluginError where it is of another, or
/// where its constructor threw.
void* make_object(const PluginInfo& info, std::string_view kind);

/// The same with its library, which is null for a plugin that is linked into the program.
template <class Base>
Made<Base> make_object(std::shared_ptr<const Library> library, const PluginInfo& info) {
  void* const object = make_object(info, plugin_detail::Contribution<Base>::kKind);
  return {static_cast<Base*>(object), DeleteMade{std::move(library), info.destroy}};
}

}  // namespace espalier
