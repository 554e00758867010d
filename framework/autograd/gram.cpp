#include "autograd/gram.hpp"

#include <array>

#include "tensor/blas.hpp"

namespace espalier {

void lane_gradient(const Op& op, const OpContext& context, const ConstTensor& dy,
                   const LaneRows& lane, std::span<const Sink> sinks) {
  std::array<Tensor, kMaxInputs> inputs;
  std::array<IndexTensor, kMaxInputs> indices;
  for (std::size_t k = 0; k < context.inputs.size(); ++k) {
    if (context.inputs[k].data != nullptr) {
      inputs[k] = context.inputs[k].rows(lane.value_row, lane.rows);
    }
    if (context.indices[k].data != nullptr) {
      indices[k] = context.indices[k].rows(lane.value_row, lane.rows);
    }
  }
  const std::array<Part, 1> parts = {{{lane.stream, 0, lane.rows}}};
  GradientContext c;
  static_cast<OpContext&>(c) = context;
  c.inputs = {inputs.data(), context.inputs.size()};
  c.indices = {indices.data(), context.indices.size()};
  c.output =
      context.output.data != nullptr ? context.output.rows(lane.value_row, lane.rows) : Tensor{};
  c.parts = parts;
  c.first_row = lane.value_row;
  c.rows = lane.rows;
  c.dy = dy.rows(lane.dy_row, lane.rows);
  c.sinks = sinks;
  op.parameter_gradient(c);
}

void add_gram_of_rows(const real* formed, Index numbers, const GramContext& c) {
  for_pairs(c.lanes.size(), numbers, [&](std::size_t s, std::size_t t) {
    if (!c.wants(c.lanes[s], c.lanes[t])) return;
    add_product(c, c.lanes[s], c.lanes[t],
                blas::dot(numbers, formed + static_cast<Index>(s) * numbers,
                          formed + static_cast<Index>(t) * numbers));
  });
}

}  // namespace espalier
