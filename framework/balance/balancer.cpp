#include "balance/balancer.hpp"

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

[[noreturn]] void missing(const char* function) {
  throw RunFailure(
      text::cat("[balance] expected a method whose needs() it serves, found one "
                "without ",
                function));
}

}  // namespace

Balancer::~Balancer() = default;

void Balancer::weigh(const BalanceStep& /*step*/, std::span<double> /*weights*/) {
  missing("weigh");
}

void Balancer::probe(const BalanceStep& /*step*/, std::span<double> /*weights*/) {
  missing("probe");
}

void Balancer::combine(const JacobianStep& /*step*/, std::span<double> /*weights*/,
                       std::span<real> /*direction*/) {
  missing("combine");
}

void Balancer::combine_features(const FeatureStep& /*step*/, std::span<double> /*weights*/) {
  missing("combine_features");
}

void Balancer::solve(BilevelProblem& /*problem*/, const BalanceStep& /*step*/,
                     std::span<double> /*weights*/) {
  missing("solve");
}

}  // namespace espalier
