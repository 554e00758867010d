#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

#include "tensor/blas.hpp"

// One BLAS thread unless ESPALIER_THREADS says otherwise: exact comparisons in the tests are made
// within one process and hold for any number, but the thread sanitizer does not see into OpenBLAS.
int main(int argc, char** argv) {
  const char* const threads = std::getenv("ESPALIER_THREADS");
  espalier::blas::set_threads(threads != nullptr ? std::atoi(threads) : 1);
  return doctest::Context(argc, argv).run();
}
