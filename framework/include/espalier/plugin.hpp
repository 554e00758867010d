// module: plugin
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>
#include <type_traits>

#include "espalier/balancer.hpp"
#include "espalier/build_string.hpp"
#include "espalier/sharing.hpp"
#include "espalier/source.hpp"
#include "espalier/task.hpp"

namespace espalier {

/// @addtogroup plugins
/// @{

/// Raised whenever a public header changes the layout of a type or the virtual functions of a
/// class.
inline constexpr std::uint32_t kPluginApi = 6;
/// How every stamp begins.
inline constexpr char kPluginMagic[16] = "espalier-plugin";

/// What a plugin says of itself: plain data, initialised by the compiler, so that the framework can
/// read everything up to `create` from the file before any code of the plugin runs. Host and plugin
/// must agree exactly (`build`): there is no promise across compilers, flags or versions.
struct PluginInfo {
  char magic[16];      ///< kPluginMagic
  std::uint32_t api;   ///< kPluginApi of the plugin's headers
  std::uint32_t size;  ///< sizeof(PluginInfo)
  char build[512];     ///< kBuildString of the plugin's compiler and flags
  char name[64];       ///< by which experiments name it
  char summary[256];   ///< a line for lists
  /// What `create` makes: "task" (Task), "sharing" (StageSharing), "balancer" (Balancer) or
  /// "source" (Source).
  char kind[16];
  /// A pointer to the kind's base class; null where the constructor threw, then `error` holds why.
  void* (*create)(char* error, std::size_t error_size) noexcept;
  void (*destroy)(void* object) noexcept;  ///< ends what `create` made
};
static_assert(std::is_standard_layout_v<PluginInfo> && std::is_trivially_copyable_v<PluginInfo>);

namespace plugin_detail {

// A text that does not fit stops the compiler here.
template <std::size_t Size>
consteval void copy(char (&to)[Size], std::string_view from) {
  if (from.size() >= Size) throw "this text is too long for the plugin's stamp";
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i];
}

inline void copy_error(char* to, std::size_t size, std::string_view from) noexcept {
  if (size == 0) return;
  const std::size_t count = from.size() < size ? from.size() : size - 1;
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
  to[count] = '\0';
}

/// One kind of what a plugin may contribute.
template <class Base>
inline constexpr std::string_view kKindOf = "";
template <>
inline constexpr std::string_view kKindOf<Task> = "task";
template <>
inline constexpr std::string_view kKindOf<StageSharing> = "sharing";
template <>
inline constexpr std::string_view kKindOf<Balancer> = "balancer";
template <>
inline constexpr std::string_view kKindOf<Source> = "source";

template <class Class, class... Bases>
struct FirstBase {
  using Base = void;
};
template <class Class, class First, class... Others>
struct FirstBase<Class, First, Others...> {
  using Base = std::conditional_t<std::is_base_of_v<First, Class>, First,
                                  typename FirstBase<Class, Others...>::Base>;
};

/// What the plugin `Class` contributes.
template <class Class>
struct Contribution {
  static constexpr int kBases =
      std::is_base_of_v<Task, Class> + std::is_base_of_v<StageSharing, Class> +
      std::is_base_of_v<Balancer, Class> + std::is_base_of_v<Source, Class>;
  static_assert(kBases == 1,
                "a plugin is a class derived from one of espalier::Task, espalier::StageSharing, "
                "espalier::Balancer and espalier::Source");
  using Base = typename FirstBase<Class, Task, StageSharing, Balancer, Source>::Base;
  static constexpr std::string_view kKind = kKindOf<Base>;
};

// No exception crosses the boundary: its text does.
template <class Class>
void* create(char* error, std::size_t size) noexcept {
  try {
    return static_cast<typename Contribution<Class>::Base*>(new Class);
  } catch (const std::exception& e) {
    copy_error(error, size, e.what());
  } catch (...) {
    copy_error(error, size, "threw something that is not a std::exception");
  }
  return nullptr;
}

template <class Class>
void destroy(void* object) noexcept {
  delete static_cast<typename Contribution<Class>::Base*>(object);
}

}  // namespace plugin_detail

/// The stamp of a plugin that contributes `Class`.
template <class Class>
consteval PluginInfo plugin_info(std::string_view name, std::string_view summary) {
  PluginInfo info{};
  plugin_detail::copy(info.magic, kPluginMagic);
  info.api = kPluginApi;
  info.size = sizeof(PluginInfo);
  plugin_detail::copy(info.build, kBuildString);
  plugin_detail::copy(info.name, name);
  plugin_detail::copy(info.summary, summary);
  plugin_detail::copy(info.kind, plugin_detail::Contribution<Class>::kKind);
  info.create = plugin_detail::create<Class>;
  info.destroy = plugin_detail::destroy<Class>;
  return info;
}

/// The plugins linked into this program. Defined by the CMake function espalier_static_plugins();
/// a program that does not call it has none, and must not call this.
std::span<const PluginInfo* const> linked_plugins();
/// @}

}  // namespace espalier

/// @ingroup plugins
/// Ends a plugin's source file: ESPALIER_PLUGIN(Vowels, "vowels", "which of five vowels is
/// spoken"). What the class is derived from says what it contributes. The name is the one that
/// experiments use, and the file's: espalier_vowels.so. Put the class in an anonymous namespace;
/// build with the CMake function espalier_add_plugin().
#if defined(ESPALIER_PLUGIN_SHARED)
#define ESPALIER_PLUGIN(Class, plugin_name, plugin_summary)                     \
  extern "C" __attribute__((section(".espalier.stamp"), visibility("default"))) \
  const espalier::PluginInfo espalier_plugin;                                   \
  constinit const espalier::PluginInfo espalier_plugin =                        \
      espalier::plugin_info<Class>(plugin_name, plugin_summary)
#elif defined(ESPALIER_PLUGIN_SYMBOL)
#define ESPALIER_PLUGIN(Class, plugin_name, plugin_summary)     \
  extern "C" const espalier::PluginInfo ESPALIER_PLUGIN_SYMBOL; \
  constinit const espalier::PluginInfo ESPALIER_PLUGIN_SYMBOL = \
      espalier::plugin_info<Class>(plugin_name, plugin_summary)
#else
#define ESPALIER_PLUGIN(Class, plugin_name, plugin_summary) \
  static_assert(sizeof(Class) == 0, "build plugins with the CMake function espalier_add_plugin()")
#endif
