#pragma once

#include "testing/method_course.hpp"
#include "testing/run_checks.hpp"

/// The checks of balancers, one file each; the table in check_balancer.cpp gives them their names
/// and order. Each gives losses and gradients that need no model.
namespace espalier::testing {

/// What it needs can be given, and it writes a finite weight, or a finite direction, for all tasks
/// at hand, be they all or some.
Answer check_weights(const BalancerSubject& subject);
/// An experiment of one task, and one task at hand: its loss still falls.
Answer check_one_task(const BalancerSubject& subject);
/// Losses and gradients of sizes from 1e-10 to 1e10 give finite weights.
Answer check_scales(const BalancerSubject& subject);
/// A task whose loss and gradient are zero, and none but such tasks: finite weights.
Answer check_zero_rows(const BalancerSubject& subject);
/// Tasks in another order get the same weights, also where some are not at hand.
Answer check_permutation(const BalancerSubject& subject);
/// A new object that is given the state goes on as the first one does.
Answer check_resume(const BalancerSubject& subject);
/// The same random numbers give the same bits, also to another object.
Answer check_balancer_determinism(const BalancerSubject& subject);
/// The plugin linked and the plugin loaded give the same bits.
Answer check_balancer_static_dynamic(const BalancerSubject& subject);

}  // namespace espalier::testing
