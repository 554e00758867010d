#include <doctest/doctest.h>

#include "espalier/testing.hpp"

// Targets of two rows of three numbers. The kit draws them from all numbers, a sigmoid reaches
// those from 0 to 1 alone: the loss cannot fall by as much as the kit expects of others.
ESPALIER_TEST_TASK("redraw", {{"code", 5}},
                   {.target = espalier::testing::number_column({2, 3}), .overfit_to = 0.7});
