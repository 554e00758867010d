#include "tensor/pack_bf16.hpp"

#ifndef ESPALIER_REAL_DOUBLE

#include <algorithm>

#include "tensor/transpose_block.hpp"

namespace espalier::bfloat {

namespace {

using simd::kLanes;

// A block is 16 x 16 pairs along k: rows and pairs are each other's transpose.
void turn_block(Bf16* block) {
  alignas(simd::kBytes) real before[kSide * kSide];
  auto* const words = reinterpret_cast<real*>(block);
  for (Index at = 0; at < kSide * kSide; at += kLanes) {
    simd::store(before + at, simd::load(words + at));
  }
  for (Index i = 0; i < kSide; i += kLanes) {
    for (Index k = 0; k < kSide; k += kLanes) {
      simd::transpose_block(before + i * kSide + k, kSide, words + k * kSide + i, kSide);
    }
  }
}

// One block of an operand along k, or, where it ends within the block, of a copy with zeros.
void convert_block(const Operand& x, Index count, Index depth, const Conversion& how, Bf16* to) {
  if (count >= kSide && depth >= kDeep) {
    how.rows(x.data, x.row, to);
    return;
  }
  alignas(simd::kBytes) real edge[kBlock] = {};
  for (Index i = 0; i < std::min(count, kSide); ++i) {
    std::copy_n(x.data + i * x.row, std::min(depth, kDeep), edge + i * kDeep);
  }
  how.rows(edge, kDeep, to);
}

void pack_along_k(const Operand& x, Index count, Index depth, const Conversion& how, Bf16* to) {
  for (Index i = 0; i < count; i += kSide) {
    for (Index k = 0; k < depth; k += kDeep, to += how.parts * kBlock) {
      convert_block(x.at(i, k), count - i, depth - k, how, to);
    }
  }
}

// Pair of steps by pair of steps over all panels: memory is read in order.
void pack_along_i(const Operand& x, Index count, Index depth, const Conversion& how, Bf16* to) {
  const Index panel = panel_numbers(depth, how.parts), panels = count / kSide;
  const Index whole = panels * kSide;
  for (Index k = 0; k < blocks_of(depth) * kDeep; k += 2) {
    Bf16* const row = to + k / kDeep * how.parts * kBlock + k % kDeep * kSide;
    if (k + 1 < depth) {
      how.pairs(x.at(0, k).data, x.at(0, k + 1).data, panels, row, panel);
    } else {
      const real zeros[kSide] = {};
      for (Index p = 0; p < panels; ++p) {
        how.pairs(k < depth ? x.at(p * kSide, k).data : zeros, zeros, 1, row + p * panel, panel);
      }
    }
    if (whole == count) continue;
    real even[kSide] = {}, odd[kSide] = {};
    if (k < depth) std::copy_n(x.at(whole, k).data, count - whole, even);
    if (k + 1 < depth) std::copy_n(x.at(whole, k + 1).data, count - whole, odd);
    how.pairs(even, odd, 1, row + panels * panel, panel);
  }
}

}  // namespace

void pack(const Operand& x, Index count, Index depth, Layout layout, const Conversion& how,
          Bf16* to) {
  const bool along_k = x.step == 1;
  if (along_k) {
    pack_along_k(x, count, depth, how, to);
  } else {
    pack_along_i(x, count, depth, how, to);
  }
  if (along_k == (layout == Layout::rows)) return;
  Bf16* const end = to + (count + kSide - 1) / kSide * panel_numbers(depth, how.parts);
  for (Bf16* block = to; block != end; block += kBlock) turn_block(block);
}

}  // namespace espalier::bfloat

#endif
