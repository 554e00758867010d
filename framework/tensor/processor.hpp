#pragma once

#include "espalier/api.hpp"

/// Of functions that are compiled for any x86-64 and called where processor::has_avx512_bf16().
#define ESPALIER_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512bf16")))

/// What the processor that runs this can do, whatever the build is for. Asked once, of the
/// processor and of the system; false on processors of other kinds.
namespace espalier::processor {

/// vdpbf16ps: products of bfloat16 in vectors of 512 bits (AVX512_BF16), with vectors of 512 bits
/// saved by the system.
ESPALIER_API bool has_avx512_bf16();

/// tdpbf16ps: products of bfloat16 in tiles (AMX_TILE, AMX_BF16), and the system lets this process
/// use them. Linux asks a process to request that before its first use of a tile; all its threads
/// may use them then.
ESPALIER_API bool has_amx_bf16();

}  // namespace espalier::processor
