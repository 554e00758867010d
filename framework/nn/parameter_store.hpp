#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "core/arena.hpp"
#include "espalier/initializer.hpp"
#include "espalier/parameter.hpp"

namespace espalier {

/// Owns every parameter and buffer of a model, each in one aligned contiguous block. Addresses
/// never change.
class ESPALIER_API ParameterStore {
 public:
  /// `untouched`: parameters have a place but no numbers, for models that are only looked at.
  enum class Start : std::uint8_t { initialised, untouched };
  explicit ParameterStore(std::uint64_t seed, Start start = Start::initialised)
      : seed_(seed), start_(start) {}

  Parameter& parameter(const std::string& name, const Shape& shape, Domain domain,
                       const Initializer& initializer);
  Buffer& buffer(const std::string& name, const Shape& shape, double initial);

  std::deque<Parameter>& parameters() { return parameters_; }
  std::deque<Buffer>& buffers() { return buffers_; }
  std::uint64_t seed() const { return seed_; }

 private:
  Tensor allocate(const std::string& name, const Shape& shape);

  std::uint64_t seed_;
  Start start_;
  std::deque<Parameter> parameters_;  // a deque: pointers to elements stay valid
  std::deque<Buffer> buffers_;
  std::deque<Arena> memory_;
};

}  // namespace espalier
