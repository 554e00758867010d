#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// A window sliding over images (H, W, C) with a border of `padding` pixels around them: the
/// geometry of convolutions and pooling.
struct Window {
  Index height = 0;
  Index width = 0;
  Index channels = 0;
  Index kernel_height = 0;
  Index kernel_width = 0;
  Index stride = 1;
  Index padding = 0;

  Index out_height() const { return (height + 2 * padding - kernel_height) / stride + 1; }
  Index out_width() const { return (width + 2 * padding - kernel_width) / stride + 1; }
  /// Places where the window stands: pixels of the output.
  Index positions() const { return out_height() * out_width(); }
  /// Numbers of one image.
  Index image_size() const { return height * width * channels; }
  /// Numbers under the window at one place.
  Index column_size() const { return kernel_height * kernel_width * channels; }
};

}  // namespace espalier
