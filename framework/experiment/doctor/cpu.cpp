#include "experiment/doctor/cpu.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

namespace espalier {

namespace {

// The value of the first line "KEY<tab>: VALUE".
std::string value_of(std::string_view cpuinfo, std::string_view key) {
  std::istringstream lines{std::string(cpuinfo)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    return colon + 2 <= line.size() ? line.substr(colon + 2) : "";
  }
  return "";
}

struct Kernels {
  std::string_view core;
  Vectors vectors;
};
// Names as openblas_get_corename gives them, OpenBLAS 0.3.21.
constexpr std::array<Kernels, 23> kKernels = {
    {{"Katmai", Vectors::none},    {"Coppermine", Vectors::none}, {"Northwood", Vectors::none},
     {"Prescott", Vectors::none},  {"Banias", Vectors::none},     {"Atom", Vectors::none},
     {"Core2", Vectors::none},     {"Penryn", Vectors::none},     {"Dunnington", Vectors::none},
     {"Athlon", Vectors::none},    {"Opteron", Vectors::none},    {"Opteron_SSE3", Vectors::none},
     {"Barcelona", Vectors::none}, {"Bobcat", Vectors::none},     {"Nano", Vectors::none},
     {"Nehalem", Vectors::sse4},   {"Sandybridge", Vectors::avx}, {"Bulldozer", Vectors::avx},
     {"Piledriver", Vectors::avx}, {"Steamroller", Vectors::avx}, {"Haswell", Vectors::avx2},
     {"Zen", Vectors::avx2},       {"Excavator", Vectors::avx2}}};

}  // namespace

std::string_view to_string(Vectors vectors) {
  constexpr std::array<std::string_view, 5> kNames = {"no vectors beyond SSE3", "SSE4.2", "AVX",
                                                      "AVX2", "AVX-512"};
  return kNames[static_cast<std::size_t>(vectors)];
}

Cpu read_cpu(std::string_view cpuinfo) {
  std::istringstream words(value_of(cpuinfo, "flags"));
  std::set<std::string> flags;
  for (std::string word; words >> word;) flags.insert(word);
  const auto all = [&](std::initializer_list<const char*> wanted) {
    return std::ranges::all_of(wanted, [&](const char* flag) { return flags.count(flag) > 0; });
  };
  Cpu cpu;
  cpu.model = value_of(cpuinfo, "model name");
  cpu.amx = all({"amx_tile"});
  if (all({"sse4_2"})) cpu.vectors = Vectors::sse4;
  if (all({"sse4_2", "avx"})) cpu.vectors = Vectors::avx;
  if (all({"sse4_2", "avx", "avx2", "fma"})) cpu.vectors = Vectors::avx2;
  if (all({"sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"})) {
    cpu.vectors = Vectors::avx512;
  }
  return cpu;
}

Vectors vectors_of_kernels(std::string_view core, Vectors machine) {
  const auto same = [&](const Kernels& known) {
    return std::ranges::equal(core, known.core, [](char a, char b) {
      return (a | 0x20) == (b | 0x20);  // letters, in either case
    });
  };
  const auto* const found = std::ranges::find_if(kKernels, same);
  return found == kKernels.end() ? machine : found->vectors;
}

Vectors compiled_vectors() {
#if defined(__AVX512F__)
  return Vectors::avx512;
#elif defined(__AVX2__)
  return Vectors::avx2;
#elif defined(__AVX__)
  return Vectors::avx;
#elif defined(__SSE4_2__)
  return Vectors::sse4;
#else
  return Vectors::none;
#endif
}

}  // namespace espalier
