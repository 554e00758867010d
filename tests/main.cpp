#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

#include "tensor/blas.hpp"

// One thread unless ESPALIER_THREADS says otherwise, as the thread sanitizer's preset does: exact
// comparisons are made within one process and hold for any number.
int main(int argc, char** argv) {
  const char* const threads = std::getenv("ESPALIER_THREADS");
  espalier::blas::set_threads(threads != nullptr ? std::atoi(threads) : 1);
  return doctest::Context(argc, argv).run();
}
