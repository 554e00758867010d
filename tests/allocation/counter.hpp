#pragma once

/// Counts of calls that allocate memory (malloc and its relatives, and mmap), made by any thread
/// while a `CountAllocations` lives. The definitions in counter.cpp take the place of the C
/// library's for the whole process.
namespace espalier::test {

struct Allocations {
  long in_blas = 0;    ///< asked for by libopenblas
  long elsewhere = 0;  ///< asked for by anybody else
};

class CountAllocations {
 public:
  CountAllocations();
  ~CountAllocations();
  CountAllocations(const CountAllocations&) = delete;
  CountAllocations& operator=(const CountAllocations&) = delete;
  Allocations so_far() const;
};

}  // namespace espalier::test
