#pragma once

#include <array>
#include <span>

#include "tensor/block_sums.hpp"
#include "tensor/window.hpp"

/// What the windows of some images show at the pixels that won, as one thread sees them.
namespace espalier::convolution::winners {

/// Lengths in numbers. Windows are read where they lie in an image with its border, row by row:
/// pixels one after the other, or each in whole vectors, as is read faster. Where a row would fill
/// less than half a vector, two of them are laid into one vector for each place of the window. A 1
/// stands behind what does not fill its place: its sum is the sum of the factors.
struct WindowsLayout {
  bool paired;
  Index pixel, row;                ///< of an image with its border
  Index right, down;               ///< from window to window as they are read
  Index block_rows, block_row;     ///< of a window as it is summed
  Index from_row;                  ///< of a window as it is read
  Index block;                     ///< a window's sums
  Index bordered, image, at_once;  ///< an image, what is read of it, and how many at once
  Index outputs_at_once;           ///< that are looked at before their sums are added to
  Index farthest;                  ///< sum
  Index places;                    ///< of pooling, in so many images
  Index turned;                    ///< bytes: the winners of an output, one after the other
  Index winners, corners, sums, entries, all;

  WindowsLayout(const Window& v, Index outputs);

  /// Where the sums of a row of the kernel stand in a block, and those of a pixel behind them.
  Index of_row(Index y) const { return paired ? y / 2 * block_row + y % 2 * kHalf : y * block_row; }
  /// Where the sum of the factors stands; negative: nowhere.
  Index ones(const Window& v) const {
    if (paired) return kHalf - 1;
    return pixel > v.channels ? pixel - 1 : -1;
  }
  /// Whether entries can say where everything lies.
  bool fits() const;

  static constexpr Index kHalf = simd::kLanes / 2;
};

class Windows {
 public:
  /// `place` holds `layout.all`.
  Windows(const Window& v, const WindowsLayout& layout, Index outputs, real* place);

  /// Takes the pixels of `images` images, at most at_once.
  void put(Index images, const real* x);

  /// The sums (O, block) of each lane += its gradients (images, positions, O) times what the
  /// windows of the winners show; nobody's are left out.
  void add(Index images, const std::uint8_t* winners, std::span<const block_sums::Lane> lanes);

 private:
  void put_bordered(const real* x, const real* end, real* to) const;
  void put_apart(const real* x, const real* end, real* to) const;
  void turn(Index images, const std::uint8_t* winners, Index first, Index last);
  void look(Index images, Index first, Index last);
  void pair(const real* bordered, real* to) const;

  Window v_;
  const WindowsLayout& layout_;
  Index outputs_;
  real* images_;
  real* bordered_;
  std::uint8_t* winners_;  // (O, places) of the outputs looked at
  std::int32_t* corners_;  // of each place
  block_sums::Sum* sums_;
  block_sums::Entry* entries_;
  std::size_t used_ = 0;
  std::array<std::int32_t, 4> winner_ = {};  // what each winner adds to a corner
};

}  // namespace espalier::convolution::winners
