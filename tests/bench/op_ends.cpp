#include "op_ends.hpp"

#include <memory>

#include "espalier/random.hpp"

namespace espalier::bench {
namespace {

void fill(real* numbers, Index count, std::string_view purpose) {
  RandomStream random(1, purpose);
  for (Index i = 0; i < count; ++i) numbers[i] = static_cast<real>(random.normal());
}

class Source final : public Op {
 public:
  explicit Source(Parameter& weight) : weight_(&weight) {}
  std::string_view name() const override { return "source"; }
  std::span<Parameter* const> parameters() const override { return {&weight_, 1}; }
  ValueInfo infer(std::span<const ValueInfo> in) const override { return in[0]; }
  void forward(const OpContext& c) const override {
    if (c.step == 1) fill(c.output.data, c.output.size(), "source");
  }
  void backward(const BackwardContext& /*c*/) const override {}
  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  Parameter* weight_;
};

class Sink final : public Op {
 public:
  std::string_view name() const override { return "sink"; }
  RowRule row_rule() const override { return RowRule::reduce; }
  ValueInfo infer(std::span<const ValueInfo> /*in*/) const override {
    return {Shape{1}, Dtype::floating};
  }
  void forward(const OpContext& c) const override { c.output.data[0] = 0; }
  void backward(const BackwardContext& c) const override {
    if (c.step == 1) fill(c.dx[0].data, c.dx[0].size(), "sink");
  }
  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& /*g*/) const override { return 0.0; }
};

}  // namespace

Var source(Tape& tape, Var x, Parameter& weight) {
  return tape.record(std::make_unique<Source>(weight), {x});
}

Var sink(Tape& tape, Var x) { return tape.record(std::make_unique<Sink>(), {x}); }

}  // namespace espalier::bench
