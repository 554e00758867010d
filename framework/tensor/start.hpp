#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// Numbers of an array: `columns` from `first` on, and as many of each further row, `row` behind
/// the one before.
struct NumberBlock {
  Index first = 0;
  Index rows = 1;
  Index row = 0;
  Index columns = 0;
};

/// What is to be done with the numbers of an array before a product adds to them: called for blocks
/// that are about to be read, every number once, on the thread that will write them. They come into
/// its cache that way, and what it does with them costs no pass over memory of its own.
struct Start {
  void (*call)(const void* self, const NumberBlock& block) = nullptr;  ///< null: nothing
  const void* self = nullptr;                                          ///< first argument of `call`

  void operator()(const NumberBlock& block) const {
    if (call != nullptr) call(self, block);
  }
  explicit operator bool() const { return call != nullptr; }
};

/// f(block) as a Start; `f` must outlive it.
template <class F>
Start start_with(const F& f) {
  return {[](const void* self, const NumberBlock& block) { (*static_cast<const F*>(self))(block); },
          &f};
}

}  // namespace espalier
