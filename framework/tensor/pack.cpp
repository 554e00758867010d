#include "tensor/pack.hpp"

#include <algorithm>

#include "tensor/transpose_block.hpp"

namespace espalier {

namespace {

using simd::kLanes;
using simd::transpose_block;

// Row by row over all panels: memory is read in order.
void pack_rows(const Operand& b, Index columns, Index depth, Index panel, real* to) {
  const Index last = columns / panel * panel, rest = columns - last;
  const Index whole = last + rest / kLanes * kLanes, width = simd::whole_vectors(rest);
  for (Index k = 0; k < depth; ++k) {
    const real* from = b.data + k * b.step;
    real* row = to + k * panel;
    for (Index p = 0; p < last; p += panel, row += depth * panel) {
      for (Index j = 0; j < panel; j += kLanes) simd::store(row + j, simd::load(from + p + j));
    }
    if (rest == 0) continue;
    row = to + depth * last + k * width;
    for (Index j = last; j < whole; j += kLanes) simd::store(row + j - last, simd::load(from + j));
    std::copy(from + whole, from + columns, row + whole - last);
    std::fill(row + rest, row + width, real{0});
  }
}

// A block that the matrix does not fill, with zeros for what is missing.
void transpose_edge(const Operand& b, Index columns, Index depth, real* to, Index to_stride) {
  alignas(simd::kBytes) real block[kLanes * kLanes] = {}, turned[kLanes * kLanes];
  for (Index j = 0; j < columns; ++j) {
    std::copy_n(b.data + j * b.row, depth, block + j * kLanes);
  }
  simd::transpose_block(block, kLanes, turned, kLanes);
  for (Index k = 0; k < depth; ++k) {
    simd::store(to + k * to_stride, simd::load(turned + k * kLanes));
  }
}

void pack_columns(const Operand& b, Index columns, Index depth, Index width, real* to) {
  for (Index j = 0; j < columns; j += kLanes) {
    for (Index k = 0; k < depth; k += kLanes) {
      real* const place = to + k * width + j;
      if (j + kLanes <= columns && k + kLanes <= depth) {
        simd::transpose_block(b.at(j, k).data, b.row, place, width);
      } else {
        transpose_edge(b.at(j, k), std::min(kLanes, columns - j), std::min(kLanes, depth - k),
                       place, width);
      }
    }
  }
}

}  // namespace

void pack(const Operand& b, Index columns, Index depth, Index panel, real* to) {
  if (b.row == 1) {
    pack_rows(b, columns, depth, panel, to);
    return;
  }
  for (Index j = 0; j < columns; j += panel) {
    const Index here = std::min(panel, columns - j);
    pack_columns(b.at(j, 0), here, depth, simd::whole_vectors(here), to + j * depth);
  }
}

}  // namespace espalier
