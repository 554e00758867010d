#include "balance/bilevel_vector.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "tensor/blas.hpp"

namespace espalier::bilevel {

void slopes(BilevelProblem& problem, std::span<const real> v, std::vector<double>& slopes) {
  using Batch = BilevelProblem::Batch;
  const std::size_t n = problem.tasks();
  slopes.assign(n, 0.0);
  const double norm = std::sqrt(blas::dot(static_cast<Index>(v.size()), v.data(), v.data()));
  if (norm == 0.0) return;
  const double e = 0.01 / norm;
  std::vector<double> behind(n);
  problem.move(e, v);
  problem.losses(Batch::training, slopes);
  problem.put_back();
  problem.move(-e, v);
  problem.losses(Batch::training, behind);
  problem.put_back();
  for (std::size_t t = 0; t < n; ++t) slopes[t] = (slopes[t] - behind[t]) / (2.0 * e);
}

std::vector<double> softmax(std::span<const double> logits) {
  std::vector<double> p(logits.begin(), logits.end());
  const double largest = *std::ranges::max_element(p);
  double sum = 0.0;
  for (double& x : p) {
    x = std::exp(x - largest);
    sum += x;
  }
  for (double& x : p) x /= sum;
  return p;
}

void check_tasks(std::string_view method, std::string_view option, std::span<const Index> positions,
                 std::size_t tasks) {
  for (const Index t : positions) {
    if (static_cast<std::size_t>(t) < tasks) continue;
    throw ConfigError(text::cat("[", method, "] expected positions of tasks below ", tasks, " in ",
                                option, ", found ", t));
  }
}

}  // namespace espalier::bilevel
