#pragma once

#include <algorithm>
#include <cstring>

#include "tensor/window.hpp"

namespace espalier {

/// An image with zeros around it, in a place of its own; without a border, the image itself.
class BorderedImage {
 public:
  /// `place` holds `numbers(v)`.
  BorderedImage(const Window& v, real* place) : v_(v), place_(place) {
    if (v.padding > 0) std::fill_n(place, numbers(v), real{0});
  }

  static Index numbers(const Window& v) {
    return v.padding == 0 ? 0 : (v.height + 2 * v.padding) * row(v);
  }
  /// Numbers of one of its rows.
  static Index row(const Window& v) { return (v.width + 2 * v.padding) * v.channels; }

  /// Where `image` begins with its border.
  const real* of(const real* image) {
    if (v_.padding == 0) return image;
    const Index inner = v_.width * v_.channels;
    real* to = place_ + v_.padding * (row(v_) + v_.channels);
    for (Index y = 0; y < v_.height; ++y, image += inner, to += row(v_)) {
      std::memcpy(to, image, static_cast<std::size_t>(inner) * sizeof(real));
    }
    return place_;
  }

 private:
  Window v_;
  real* place_;
};

}  // namespace espalier
