#include "espalier/op.hpp"

#include <array>

#include "autograd/gram.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/penalty.hpp"

namespace espalier {

Op::~Op() = default;
Penalty::~Penalty() = default;

void Op::parameter_gradient(const GradientContext& /*c*/) const {
  throw ShapeError(text::cat("[", name(), "] expected an op without parameters, found one whose ",
                             "parameter_gradient is missing"));
}

void Op::gram(const GramContext& c) const { formed_gram(c); }

Footprint Op::footprint(const Geometry& g) const {
  return {.saved = 0, .workspace = formed_gram_workspace(g)};
}

double Op::flops(const Geometry& g) const { return static_cast<double>(g.output.shape.size()); }

std::size_t Op::formed_gram_workspace(const Geometry& g) const {
  if (!g.gram || g.formed) return 0;
  std::size_t numbers = 0;
  for (const Parameter* parameter : parameters()) {
    numbers += static_cast<std::size_t>(parameter->value.size());
  }
  return numbers * static_cast<std::size_t>(g.lanes) * sizeof(real);
}

real* Op::formed_rows(const GramContext& c) const {
  return reinterpret_cast<real*>(c.formed.empty() ? c.workspace.data() : c.formed.data());
}

Index Op::formed_numbers(const GramContext& c) const {
  Index numbers = 0;
  for (std::size_t k = 0; k < c.includes.size(); ++k) {
    if (c.includes[k] != 0) numbers += parameters()[k]->value.size();
  }
  return numbers;
}

// G_st = <g_s, g_t> from each lane's gradient, formed once: the cheap way where rows are many and
// parameters few (convolutions, normalisations), and the way for any op without a better one.
void Op::formed_gram(const GramContext& c) const {
  real* const formed = formed_rows(c);
  const Index numbers = formed_numbers(c);
  const std::span<Parameter* const> owned = parameters();
  std::array<Sink, kMaxParameters> sinks{};
  for (std::size_t l = 0; l < c.lanes.size(); ++l) {
    real* place = formed + static_cast<Index>(l) * numbers;
    for (std::size_t k = 0; k < owned.size(); ++k) {
      sinks[k] = c.includes[k] != 0 ? Sink{.data = place, .alpha = 1.0, .beta = 0.0} : Sink{};
      if (c.includes[k] != 0) place += owned[k]->value.size();
    }
    lane_gradient(*this, c, c.dy, c.lanes[l], {sinks.data(), owned.size()});
  }
  add_gram_of_rows(formed, numbers, c);
}

}  // namespace espalier
