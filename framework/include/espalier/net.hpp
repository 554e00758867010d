// module: nn
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "espalier/initializer.hpp"
#include "espalier/ops.hpp"

namespace espalier {

/// @addtogroup layers
/// @{

class ParameterStore;

/// Where layers and heads record: a tape, the parameters, and a scope that names them. Recording
/// the same model again (for another batch geometry) finds the same parameters by name.
class ESPALIER_API Net {
 public:
  /// `streams` names the streams by their number.
  Net(Tape& tape, ParameterStore& store, std::span<const std::string> streams, Domain domain,
      std::string scope);

  /// A net stands where an op asks for a tape.
  operator Tape&() const { return *tape_; }
  /// Where ops are recorded.
  Tape& tape() const { return *tape_; }

  /// The parameter `name` of this scope; made and initialised on first use. Its numbers depend on
  /// (seed, full name) only. Throws ShapeError where it exists with another shape.
  Parameter& parameter(std::string_view name, const Shape& shape,
                       const Initializer& initializer) const;
  /// Numbers that are carried, saved and restored, but not trained.
  Buffer& buffer(std::string_view name, const Shape& shape, double initial) const;

  /// The same net with `name` added to the scope.
  Net scope(std::string_view name) const;
  /// The scope with `name` behind it: what the parameter is called in files.
  std::string full_name(std::string_view name) const;
  /// The same net, whose new parameters belong to `domain`.
  Net in(Domain domain) const { return {*tape_, *store_, streams_, domain, scope_}; }
  /// The same net with other names for the streams: what a layer keeps for each stream (running
  /// statistics, random masks) is kept under them. `streams` must outlive the net.
  Net with_streams(std::span<const std::string> streams) const {
    return {*tape_, *store_, streams, domain_, scope_};
  }
  /// Names of the streams by their number.
  std::span<const std::string> streams() const { return streams_; }
  /// Whose new parameters are.
  Domain domain() const { return domain_; }
  /// Name of one stream.
  const std::string& stream_name(int stream) const {
    return streams_[static_cast<std::size_t>(stream)];
  }
  /// Seed of the run.
  std::uint64_t seed() const;

 private:
  Tape* tape_;
  ParameterStore* store_;
  std::span<const std::string> streams_;
  Domain domain_;
  std::string scope_;
};
/// @}

}  // namespace espalier
