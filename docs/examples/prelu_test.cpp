#include <doctest/doctest.h>

#include "espalier/testing.hpp"

// `gradients` compares the op's derivatives, also in its slopes, with differences.
ESPALIER_TEST_TASK("prelu");
