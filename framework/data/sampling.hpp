#pragma once

#include <span>
#include <vector>

#include "espalier/shape.hpp"

namespace espalier {

/// Rows that each of S streams of `sizes` rows gives to a step of `total` rows: its share of the
/// total in the proportion size^(1 / temperature) (T = 1: proportional to the sizes; a large T: all
/// alike), at least one. Shares are rounded by largest remainder: each is rounded down, or up to
/// one; rows that are left go to the streams furthest below their share, one each; rows that are
/// too many are taken from those furthest above it. Equal ones are served in the streams' order.
/// Massively multilingual models sample this way (Arivazhagan et al. 2019, arXiv:1907.05019).
/// REQUIRES: sizes > 0, total >= S, temperature > 0.
ESPALIER_API std::vector<Index> rows_per_step(std::span<const Index> sizes, Index total,
                                              double temperature);

}  // namespace espalier
