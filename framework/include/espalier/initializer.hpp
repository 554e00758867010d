// module: nn
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "espalier/random.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup layers
/// @{

/// How a parameter starts. Fans of a (O, I) or (O, KH, KW, I) weight: fan_in = KH KW I,
/// fan_out = KH KW O.
struct Initializer {
  /// The rules.
  enum class Kind : std::uint8_t {
    he_normal,       ///< N(0, 2 / fan_in); He et al. 2015
    he_uniform,      ///< U(-a, a), a^2 = 6 / fan_in
    glorot_normal,   ///< N(0, 2 / (fan_in + fan_out)); Glorot & Bengio 2010
    glorot_uniform,  ///< U(-a, a), a^2 = 6 / (fan_in + fan_out)
    normal,          ///< N(0, amount^2)
    uniform,         ///< U(-amount, amount)
    constant,        ///< amount
    given            ///< numbers, one after the other
  };
  Kind kind = Kind::he_normal;       ///< which of them
  double amount = 0.0;               ///< of normal, uniform and constant
  std::vector<double> numbers = {};  ///< of given
};

/// Fills `value`; what is drawn is a function of the stream alone. REQUIRES: as many given numbers
/// as the value has.
ESPALIER_API void initialize(const Tensor& value, const Initializer& initializer,
                             const RandomStream& random);

/// The names users write: he_normal, he_uniform, glorot_normal, glorot_uniform, zeros.
ESPALIER_API std::span<const std::string_view> initializer_names();
/// REQUIRES: one of `initializer_names`.
ESPALIER_API Initializer initializer_named(std::string_view name);
/// @}

}  // namespace espalier
