#pragma once

#include "tensor/window.hpp"

/// Images as matrices whose rows are what the window sees: convolutions become gemms.
namespace espalier {

/// columns (images * positions, column_size) from x (images, H, W, C); the border is zero.
ESPALIER_API void im2col(const Window& window, Index images, const real* x, real* columns);

/// The transposed map: x += every column at the place it was read from.
ESPALIER_API void col2im_add(const Window& window, Index images, const real* columns, real* x);

}  // namespace espalier
