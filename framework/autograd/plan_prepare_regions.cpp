#include "autograd/plan_prepare.hpp"

namespace espalier {

void make_regions(const PlanState& s, std::size_t n, PreparedNode& p) {
  Index row = 0, rows = 0;  // of the region under way
  const auto& blocks = s.reach.blocks[id(s.tape.nodes()[n].output)];
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (b > 0 && blocks[b].value_row == blocks[b - 1].value_row) {
      p.several_lanes = true;
      continue;
    }
    if (p.regions.empty() || p.regions.back().first_row + rows != blocks[b].value_row) {
      p.regions.emplace_back();
      p.regions.back().row = row;
      p.regions.back().first_row = blocks[b].value_row;
      rows = 0;
    }
    p.regions.back().all_parts.push_back({blocks[b].stream, rows, blocks[b].rows});
    rows += blocks[b].rows;
    row += blocks[b].rows;
  }
  for (GradientRegion& region : p.regions) {
    region.inputs.resize(p.inputs.size());
    region.indices.resize(p.inputs.size());
    static_cast<OpContext&>(region.context) = p.forward;
    region.context.inputs = region.inputs;
    region.context.indices = region.indices;
    region.context.sinks = p.sinks;
    view_region(s, n, region, 0, region.all_parts.size());
  }
}

void view_region(const PlanState& s, std::size_t n, GradientRegion& region, std::size_t begin,
                 std::size_t end) {
  const PreparedNode& p = s.nodes[n];
  const Index skipped = region.all_parts[begin].first;
  const Part& last = region.all_parts[end - 1];
  const Index first = region.first_row + skipped, rows = last.first + last.rows - skipped;
  region.parts.assign(region.all_parts.begin() + static_cast<std::ptrdiff_t>(begin),
                      region.all_parts.begin() + static_cast<std::ptrdiff_t>(end));
  for (Part& part : region.parts) part.first -= skipped;
  for (std::size_t k = 0; k < p.inputs.size(); ++k) {
    const bool is_real = p.inputs[k].data != nullptr;
    region.inputs[k] = is_real ? p.inputs[k].rows(first, rows) : Tensor{};
    region.indices[k] = is_real ? IndexTensor{} : p.indices[k].rows(first, rows);
  }
  GradientContext& c = region.context;
  c.first_row = first;
  c.rows = rows;
  c.parts = region.parts;
  c.output = p.forward.output.rows(first, rows);
  c.dy = ConstTensor(s.cotangents[id(s.tape.nodes()[n].output)]).rows(region.row + skipped, rows);
}

}  // namespace espalier
