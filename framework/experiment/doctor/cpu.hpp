#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// Vector instructions, each with all before it.
enum class Vectors : std::uint8_t { none, sse4, avx, avx2, avx512 };

std::string_view to_string(Vectors vectors);

/// What /proc/cpuinfo says of the first processor.
struct Cpu {
  std::string model;
  Vectors vectors = Vectors::none;
  bool amx = false;
};
ESPALIER_API Cpu read_cpu(std::string_view cpuinfo);

/// The instructions that a kernel set of OpenBLAS is made for: avx2 for "Haswell". Kernel sets that
/// are not known here count as the machine's own.
ESPALIER_API Vectors vectors_of_kernels(std::string_view core, Vectors machine);

/// Those that the framework was compiled for.
Vectors compiled_vectors();

}  // namespace espalier
