#include "experiment/doctor/cpu.hpp"

#include <doctest/doctest.h>

#include <string>

namespace espalier {

namespace {

std::string cpuinfo(const std::string& flags) {
  return "processor\t: 0\nmodel name\t: A Processor @ 2 GHz\nflags\t\t: " + flags +
         "\n\nprocessor\t: 1\nmodel name\t: Another\nflags\t\t: sse2\n";
}

}  // namespace

TEST_CASE("what a processor can do, by its flags") {
  const std::string avx2 = "sse2 sse4_2 avx avx2 fma";
  CHECK(read_cpu(cpuinfo(avx2)).model == "A Processor @ 2 GHz");
  CHECK(read_cpu(cpuinfo(avx2)).vectors == Vectors::avx2);
  CHECK(read_cpu(cpuinfo("sse2 sse4_2 avx avx2")).vectors == Vectors::avx);  // no fma
  CHECK(read_cpu(cpuinfo("sse2 sse4_2")).vectors == Vectors::sse4);
  CHECK(read_cpu(cpuinfo("sse2")).vectors == Vectors::none);
  CHECK(read_cpu(cpuinfo(avx2 + " avx512f")).vectors == Vectors::avx2);  // not enough of it
  const Cpu newest = read_cpu(cpuinfo(avx2 + " avx512f avx512bw avx512dq avx512vl amx_tile"));
  CHECK(newest.vectors == Vectors::avx512);
  CHECK(newest.amx);
  CHECK_FALSE(read_cpu(cpuinfo(avx2)).amx);
  CHECK(read_cpu("").vectors == Vectors::none);
  CHECK(read_cpu("").model == "");
}

TEST_CASE("what a kernel set is made for") {
  CHECK(vectors_of_kernels("Prescott", Vectors::avx512) == Vectors::none);
  CHECK(vectors_of_kernels("Sandybridge", Vectors::avx512) == Vectors::avx);
  CHECK(vectors_of_kernels("Haswell", Vectors::avx512) == Vectors::avx2);
  CHECK(vectors_of_kernels("ZEN", Vectors::avx2) == Vectors::avx2);
  CHECK(vectors_of_kernels("SkylakeX", Vectors::avx512) == Vectors::avx512);
  CHECK(vectors_of_kernels("SomethingNew", Vectors::avx2) == Vectors::avx2);
}

}  // namespace espalier
