#pragma once

#include <vector>

#include "espalier/random.hpp"
#include "espalier/tensor.hpp"

/// How two images of h x w become one; each appends the new image's pixels to `out`.
namespace espalier {

constexpr Index kOverlayMargin = 8;  ///< the canvas is (h + 8) x (w + 8): 36 x 36 for MNIST

struct Picture {
  const real* pixels;  ///< (height, width), from 0 to 1
  Index height, width;
};

/// Sener & Koltun 2018 (arXiv:1810.04650) and its code: the second image 6 pixels below and right
/// of the first, the larger pixel of both at each point of the canvas; that shrunk to h x w by
/// taking the pixel under the centre of each new one; and standardised by MNIST's mean and
/// deviation.
void overlay_mgda(const Picture& first, const Picture& second, std::vector<real>& out);

/// Lin et al. 2019 (arXiv:1912.12854), whose generator was not published, by the paper's words: the
/// first image 0 to 4 pixels away from the canvas's top left corner on each axis, the second from
/// the bottom right one; their sum, at most 1, as Sabour et al. 2017 (arXiv:1710.09829) whom it
/// follows. The image is the canvas, (h + 8) x (w + 8).
void overlay_pareto_mtl(const Picture& first, const Picture& second, RandomStream& random,
                        std::vector<real>& out);

}  // namespace espalier
