#pragma once

#include "testing/run_checks.hpp"
#include "testing/trunk_bench.hpp"

/// The checks of ways to share, one file each; the table in check_sharing.cpp gives them their
/// names and order. Each records a trunk of two stages.
namespace espalier::testing {

/// One, two and three tasks, with the same inputs and with their own, in batches of 1, 2 and 7:
/// every task gets finite features.
Answer check_sharing_shapes(const SharingSubject& subject);
/// Derivatives of the sum of the losses (and penalties) in every parameter, against central
/// differences.
Answer check_sharing_gradients(const SharingSubject& subject);
/// A parameter that is a task's own is reached by the loss of one task alone.
Answer check_owners(const SharingSubject& subject);
/// A task that is asked for alone has the features that it has among all: `demand` names every row
/// that is needed.
Answer check_demand(const SharingSubject& subject);
/// Features do not depend on whether tasks bring the same rows or equal rows of their own.
Answer check_inputs(const SharingSubject& subject);
/// Features of a row do not depend on the rows beside it (in evaluation).
Answer check_sharing_rows(const SharingSubject& subject);
/// The same seed gives the same bits, also to another object.
Answer check_sharing_determinism(const SharingSubject& subject);
/// The plugin linked and the plugin loaded give the same bits.
Answer check_sharing_static_dynamic(const SharingSubject& subject);

}  // namespace espalier::testing
