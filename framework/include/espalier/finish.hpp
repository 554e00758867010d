// module: core
#pragma once

#include <array>

#include "espalier/api.hpp"

namespace espalier {

/// @addtogroup ops
/// @{

/// What is still to be done with the numbers of an array once they are computed: called for ranges
/// [begin, end) that are final, every number once, from any thread, while they are in its cache. An
/// optimiser's step that way costs no pass over memory of its own.
struct Finish {
  void (*call)(const void* self, Index begin,
               Index end) = nullptr;  ///< null: nothing is left to be done
  const void* self = nullptr;         ///< first argument of `call`
  /// Arrays that `call` reads and writes at the same places, or null: may be fetched ahead.
  std::array<const real*, 3> beside{};

  /// Says that the numbers [begin, end) are final.
  void operator()(Index begin, Index end) const {
    if (call != nullptr) call(self, begin, end);
  }
  /// Whether something is left to be done.
  explicit operator bool() const { return call != nullptr; }
};

/// f(begin, end) as a Finish, with the arrays it reads; `f` must outlive it.
template <class F>
Finish finish_with(const F& f, const std::array<const real*, 3>& beside = {}) {
  return {
      [](const void* self, Index begin, Index end) { (*static_cast<const F*>(self))(begin, end); },
      &f, beside};
}
/// @}

}  // namespace espalier
