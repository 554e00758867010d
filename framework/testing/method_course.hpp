#pragma once

#include <string>
#include <vector>

#include "testing/balancer_subject.hpp"
#include "testing/method_bench.hpp"

namespace espalier::testing {

/// Steps of an experiment, each a Signals whose `tasks` are those at hand.
using MethodSteps = std::vector<Signals>;

/// What the tasks at hand are: all in every step, or all, then some, in turns (two or more).
enum class Presence : std::uint8_t { all, some };

/// Losses and gradients of about the size `scale`, from one random stream: the same every time.
MethodSteps draw_steps(std::size_t tasks, std::size_t count, Presence presence, double scale = 1.0);

/// The same steps where task t is called places[t].
MethodSteps renamed(const MethodSteps& steps, const std::vector<std::size_t>& places);

/// What a method answers to some steps, one after the other.
using MethodCourse = std::vector<Combined>;
MethodCourse course_of(MethodBench& bench, const MethodSteps& steps);
/// The same of a new object; the experiment has `tasks` tasks.
MethodCourse course_of(const BalancerSubject& subject, std::size_t tasks, const MethodSteps& steps);

/// The answers of a course of `renamed(steps, places)`, in the order of `steps`.
MethodCourse named_back(const MethodCourse& course, const MethodSteps& steps,
                        const std::vector<std::size_t>& places);

/// The first difference, as a sentence's end, or "". Numbers of a step may be apart by `tolerance`
/// of the step's largest; 0: the same bits.
std::string first_difference(const MethodCourse& a, const MethodCourse& b, double tolerance = 0.0);

/// "" where every direction is finite (weights are looked at where the plugin is called).
std::string first_not_finite(const MethodCourse& course);

}  // namespace espalier::testing
