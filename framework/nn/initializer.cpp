#include "espalier/initializer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.hpp"
#include "tensor/normals.hpp"

namespace espalier {

namespace {

constexpr std::array<std::string_view, 5> kNames = {"he_normal", "he_uniform", "glorot_normal",
                                                    "glorot_uniform", "zeros"};

struct Fans {
  double in, out;
};

Fans fans_of(const Shape& shape) {
  double window = 1.0;
  for (int axis = 1; axis + 1 < shape.rank(); ++axis) window *= static_cast<double>(shape[axis]);
  return {window * static_cast<double>(shape[-1]), window * static_cast<double>(shape[0])};
}

// A stream can be entered anywhere: every thread draws its own part of the numbers.
void fill_normal(const Tensor& value, double deviation, const RandomStream& random) {
  parallel::for_numbers(value.size(), [&](Index begin, Index end) {
    draw_normals(random, deviation, begin, end, value.data);
  });
}

void fill_uniform(const Tensor& value, double bound, const RandomStream& random) {
  constexpr std::uint64_t kWords = 2;  // of the stream make a number
  real* const to = value.data;
  parallel::for_numbers(value.size(), [&](Index begin, Index end) {
    RandomStream part = random;
    part.seek(random.position() + kWords * static_cast<std::uint64_t>(begin));
    for (Index i = begin; i < end; ++i) {
      to[i] = static_cast<real>(bound * (2.0 * part.uniform() - 1.0));
    }
  });
}

}  // namespace

void initialize(const Tensor& value, const Initializer& initializer, const RandomStream& random) {
  const Fans fans = value.shape.rank() >= 2 ? fans_of(value.shape) : Fans{1.0, 1.0};
  switch (initializer.kind) {
    case Initializer::Kind::he_normal:
      return fill_normal(value, std::sqrt(2.0 / fans.in), random);
    case Initializer::Kind::he_uniform:
      return fill_uniform(value, std::sqrt(6.0 / fans.in), random);
    case Initializer::Kind::glorot_normal:
      return fill_normal(value, std::sqrt(2.0 / (fans.in + fans.out)), random);
    case Initializer::Kind::glorot_uniform:
      return fill_uniform(value, std::sqrt(6.0 / (fans.in + fans.out)), random);
    case Initializer::Kind::normal:
      return fill_normal(value, initializer.amount, random);
    case Initializer::Kind::uniform:
      return fill_uniform(value, initializer.amount, random);
    case Initializer::Kind::constant:
      std::ranges::fill(value.span(), static_cast<real>(initializer.amount));
      return;
    case Initializer::Kind::given:
      std::ranges::transform(initializer.numbers, value.data,
                             [](double number) { return static_cast<real>(number); });
      return;
  }
}

std::span<const std::string_view> initializer_names() { return kNames; }

Initializer initializer_named(std::string_view name) {
  if (name == "zeros") return {Initializer::Kind::constant, 0.0};
  const auto at = std::ranges::find(kNames, name);
  return {static_cast<Initializer::Kind>(at - kNames.begin()), 0.0};
}

}  // namespace espalier
