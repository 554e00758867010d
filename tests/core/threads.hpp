#pragma once

#include "core/parallel.hpp"

namespace espalier::test {

/// Sets a number of threads for one test.
struct Threads {
  explicit Threads(int threads) : before(parallel::threads()) { parallel::set_threads(threads); }
  ~Threads() { parallel::set_threads(before); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  int before;
};

}  // namespace espalier::test
