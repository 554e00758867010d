#pragma once

#include "tensor/convolution_ways.hpp"
#include "tensor/winner_list.hpp"

/// Gradients of a convolution behind max(0, .) and max pooling of four outputs: at most one of the
/// four has a gradient, and only it is multiplied: of pixels that are no numbers, those alone reach
/// dW that a winner's window sees. A gradient that is none may reach pixels around its window.
/// Vectors run along the pixels under the window.
namespace espalier::convolution::winners {

/// What a number costs that becomes an entry (see convolution_ways.hpp), in vectors or one by one.
inline constexpr double kPut = kListsVectors ? 20.0 : 80.0;
/// And a number of its block, which is read once and multiplied once a lane.
struct AddCost {
  double read, multiply;
  double of(Index lanes) const { return read + multiply * static_cast<double>(lanes); }
};

ESPALIER_API extern const InputGradientWay kInputGradient;
ESPALIER_API extern const WeightGradientWay kWeightGradient;

}  // namespace espalier::convolution::winners
