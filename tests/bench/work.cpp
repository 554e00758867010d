#include "work.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "tensor/blas.hpp"

namespace espalier::bench {
namespace {

// The weight that makes this node a product, or null.
const Parameter* weight_of(const Tape::Node& node) {
  if (node.op == nullptr || node.op->parameters().empty()) return nullptr;
  const Parameter* first = node.op->parameters()[0];
  return first->value.shape.rank() >= 2 ? first : nullptr;
}

double bytes_of(Index numbers) { return static_cast<double>(numbers) * sizeof(real); }

// The value whose memory `v` looks at: selected rows and other shapes are no values of their own.
Var seen_through(const Tape& tape, Var v) {
  while (tape.value(v).producer >= 0) {
    const auto& node = tape.nodes()[static_cast<std::size_t>(tape.value(v).producer)];
    if (node.op != nullptr && !node.op->is_view()) break;
    v = node.inputs[0];
  }
  return v;
}

double time_product(const Product& p, int repetitions) {
  std::vector<real> a(static_cast<std::size_t>(p.m * p.k), real{0.5});
  std::vector<real> b(static_cast<std::size_t>(p.k * p.n), real{0.5});
  std::vector<real> c(static_cast<std::size_t>(p.m * p.n));
  std::vector<double> times;
  for (int r = 0; r < repetitions; ++r) {
    const auto begin = std::chrono::steady_clock::now();
    blas::gemm(blas::Transpose::no, blas::Transpose::no, p.m, p.n, p.k, 1.0, a.data(), p.k,
               b.data(), p.n, 0.0, c.data(), p.n);
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    times.push_back(taken.count());
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace

std::vector<Product> products_of(const Plan& plan) {
  std::vector<Product> products;
  bool first = true;
  for (const Tape::Node& node : plan.tape().nodes()) {
    const Parameter* weight = weight_of(node);
    if (weight == nullptr) continue;
    const Index o = weight->value.shape[0], i = weight->value.shape.row_size();
    const Index pixels =
        node.op->name().starts_with("conv2d+") ? 4 : 1;  // that pooling left one of
    const Index rows = pixels * plan.tape().shape(node.output).size() / o;
    products.push_back({rows, o, i});
    if (!first) products.push_back({rows, i, o});
    products.push_back({o, i, rows});
    first = false;
  }
  return products;
}

double bare_products_ms(const Plan& plan, int repetitions) {
  double total = 0.0;
  for (const Product& p : products_of(plan)) total += time_product(p, repetitions);
  return total;
}

Work work_of(const Plan& plan, Index state_numbers) {
  Work work;
  for (const Product& p : products_of(plan)) {
    work.flops += 2.0 * static_cast<double>(p.m * p.n * p.k);
  }
  for (const Parameter* p : plan.parameters()) work.weight_bytes += 3.0 * bytes_of(p->value.size());
  work.state_bytes = 2.0 * bytes_of(state_numbers);
  const Tape& tape = plan.tape();
  std::set<int> counted;
  for (const Tape::Node& node : tape.nodes()) {
    if (weight_of(node) == nullptr) continue;
    const Var x = seen_through(tape, node.inputs[0]);
    if (!counted.insert(x.id).second) continue;
    const bool made = tape.value(x).producer >= 0;
    work.activation_bytes += (made ? 5.0 : 2.0) * bytes_of(tape.shape(x).size());
  }
  return work;
}

double limit_ms(const Work& work, const Peak& peak) {
  const double bytes = work.weight_bytes + work.state_bytes + work.activation_bytes;
  return 1e-6 * std::max(work.flops / peak.gflops, bytes / peak.gbytes);
}

}  // namespace espalier::bench
