#include "testing/method_bench.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier::testing {

namespace {

using Rows = std::vector<std::vector<double>>;

std::vector<double> products(const Rows& a, const Rows& b) {
  std::vector<double> all;
  for (const auto& x : a) {
    for (const auto& y : b) all.push_back(std::inner_product(x.begin(), x.end(), y.begin(), 0.0));
  }
  return all;
}

// Another batch's gradients: each row a little turned.
Rows another_batch(Rows rows) {
  for (auto& row : rows) {
    const std::vector<double> before = row;
    for (std::size_t k = 0; k < row.size(); ++k) row[k] += 0.2 * before[(k + 1) % row.size()];
  }
  return rows;
}

std::vector<real> joined(const Rows& rows) {
  std::vector<real> all;
  for (const auto& row : rows) {
    for (const double x : row) all.push_back(static_cast<real>(x));
  }
  return all;
}

}  // namespace

std::string MethodBench::why_not(const Needs& needs) {
  if (needs.validation) return "the kit has no model, which `validation` needs";
  if (needs.rotations > 0) return "the kit has no heads, which `rotations` needs";
  return "";
}

MethodBench::MethodBench(std::unique_ptr<Balancer> method, std::size_t tasks, std::size_t columns)
    : method_(std::move(method)), tasks_(tasks), columns_(columns) {
  const Needs needs = method_->needs();
  method_->begin({.tasks = tasks,
                  .parameters = needs.jacobian ? columns : 0,
                  .features = needs.features ? columns / 2 : 0});
}

Combined MethodBench::step(const Signals& given) {
  constexpr std::uint64_t kStepsPerEpoch = 4;
  const Needs needs = method_->needs();
  Combined answer;
  answer.weights.assign(given.losses.size(), std::numeric_limits<double>::quiet_NaN());
  answer.direction.assign(columns_, 0.0);
  JacobianStep step;
  step.losses = given.losses;
  step.random = &random_;
  step.tasks = given.tasks;
  step.all_tasks = tasks_;
  step.step = step_;
  step.epoch = step_ / kStepsPerEpoch;
  step.steps_per_epoch = kStepsPerEpoch;
  if (needs.jacobian) {
    combine(step, given, answer);
  } else if (needs.features && !needs.gram) {
    combine_features(step, given, answer);
  } else {
    weigh(step, given, answer);
  }
  if (needs.losses_after_update) {
    std::vector<double> after = given.losses;
    for (double& loss : after) loss /= 1.1 + 0.1 * loss / (1.0 + loss);
    step.losses = after;
    method_->after_update(step);
  }
  ++step_;
  return answer;
}

void MethodBench::weigh(BalanceStep& step, const Signals& given, Combined& answer) {
  const Needs needs = method_->needs();
  std::vector<double> gram, cross, product;
  if (needs.gram) gram = products(given.gradients, given.gradients);
  if (needs.cross_gram || needs.cross_product) {
    cross = products(given.gradients, another_batch(given.gradients));
  }
  step.gram = gram;
  if (needs.cross_product) {
    product.resize(given.gradients.size());
    const std::vector<double> none(product.size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<double> probe = none;
    BalanceStep before = step;
    if (!needs.losses) before.losses = none;
    method_->probe(before, probe);
    for (std::size_t i = 0; i < product.size(); ++i) {
      product[i] =
          std::inner_product(probe.begin(), probe.end(),
                             cross.begin() + static_cast<std::ptrdiff_t>(i * probe.size()), 0.0);
    }
    step.cross_product = product;
  } else {
    step.cross_gram = cross;
  }
  method_->weigh(step, answer.weights);
  step.gram = step.cross_gram = step.cross_product = {};
  for (std::size_t i = 0; i < given.gradients.size(); ++i) {
    for (std::size_t k = 0; k < columns_; ++k) {
      answer.direction[k] += answer.weights[i] * given.gradients[i][k];
    }
  }
}

void MethodBench::combine(JacobianStep& step, const Signals& given, Combined& answer) {
  const std::vector<real> numbers = joined(given.gradients);
  std::vector<real> direction(columns_, std::numeric_limits<real>::quiet_NaN());
  step.jacobian = ConstTensor(
      numbers.data(), {static_cast<Index>(given.gradients.size()), static_cast<Index>(columns_)});
  method_->combine(step, answer.weights, direction);
  step.jacobian = {};
  std::ranges::copy(direction, answer.direction.begin());
}

void MethodBench::combine_features(const BalanceStep& step, const Signals& given,
                                   Combined& answer) {
  const Shape shape = {2, static_cast<Index>(columns_ / 2)};
  RandomStream random(7, "testing/features");
  std::vector<real> common(columns_), numbers = joined(given.gradients);
  for (real& number : common) number = static_cast<real>(random.normal());
  std::vector<ConstTensor> features(given.losses.size(), ConstTensor(common.data(), shape));
  std::vector<Tensor> gradients;
  for (std::size_t i = 0; i < features.size(); ++i) {
    gradients.push_back({numbers.data() + i * columns_, shape});
  }
  FeatureStep all;
  static_cast<BalanceStep&>(all) = step;
  all.features = features;
  all.gradients = gradients;
  all.common = true;
  method_->combine_features(all, answer.weights);
  for (const Tensor& gradient : gradients) {
    for (std::size_t k = 0; k < columns_; ++k) {
      answer.direction[k] += static_cast<double>(gradient.data[k]);
    }
  }
}

void MethodBench::resume_from(MethodBench& other) {
  method_->restore(other.method_->state());
  const std::vector<Balancer::StateBlock> from = other.method_->blocks();
  const std::vector<Balancer::StateBlock> to = method_->blocks();
  if (from.size() != to.size()) {
    throw RunFailure(text::cat("expected as many blocks of another object, found ", to.size(),
                               " and ", from.size()));
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!(from[i].value.shape == to[i].value.shape)) {
      throw RunFailure(text::cat("expected block '", from[i].name, "' to have one shape, found ",
                                 to_string(to[i].value.shape), " and ",
                                 to_string(from[i].value.shape)));
    }
    std::ranges::copy(from[i].value.span(), to[i].value.data);
  }
  random_.seek(other.random_.position());
  step_ = other.step_;
}

}  // namespace espalier::testing
