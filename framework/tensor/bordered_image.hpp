#pragma once

#include <algorithm>
#include <cstring>

#include "tensor/window.hpp"

namespace espalier {

/// An image with zeros around it, in a place of its own; without a border, the image itself, unless
/// it is `copied` all the same.
class BorderedImage {
 public:
  /// `place` holds `numbers(v, copied)`.
  BorderedImage(const Window& v, real* place, bool copied) : v_(v), place_(place) {
    if (copied || v.padding > 0) std::fill_n(place, numbers(v, true), real{0});
  }

  static Index numbers(const Window& v, bool copied) {
    return copied || v.padding > 0 ? (v.height + 2 * v.padding) * row(v) : 0;
  }
  /// Numbers of one of its rows.
  static Index row(const Window& v) { return (v.width + 2 * v.padding) * v.channels; }

  /// Where `image` begins with its border.
  const real* of(const real* image) {
    if (v_.padding == 0) return image;
    const Index inner = v_.width * v_.channels;
    real* to = inside();
    for (Index y = 0; y < v_.height; ++y, image += inner, to += row(v_)) {
      std::memcpy(to, image, static_cast<std::size_t>(inner) * sizeof(real));
    }
    return place_;
  }

  /// The place, and where in it the image begins without its border.
  real* place() { return place_; }
  real* inside() { return place_ + v_.padding * (row(v_) + v_.channels); }

 private:
  Window v_;
  real* place_;
};

}  // namespace espalier
