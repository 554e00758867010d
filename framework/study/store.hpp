#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "espalier/api.hpp"

namespace espalier {

/// The runs of all studies: one folder a run, named by its identity, made exclusively by the run
/// itself. What drivers need beside that lies in hidden folders:
///   .specs/<id>.yaml  the resolved experiment, frozen when the study was planned
///   .claims/<id>      locked by whoever runs it, and by the run's process as long as it lives
///   .errors/<id>.txt  why it failed; gone when it is done
///   .errors/<id>.log  what it says while it runs
class ESPALIER_API Store {
 public:
  enum class State : std::uint8_t { missing, done, failed };

  /// Makes the folder. Throws RunFailure.
  explicit Store(const std::string& folder);

  /// As it was named.
  const std::string& name() const { return name_; }
  std::string folder(const std::string& id) const;
  State state(const std::string& id) const;
  /// A finished run's summary.json; null of any other.
  nlohmann::ordered_json summary(const std::string& id) const;
  /// The last line of what a failed run said.
  std::string error(const std::string& id) const;

  std::string spec_file(const std::string& id) const;
  std::string log_file(const std::string& id) const;
  void write_spec(const std::string& id, const std::string& text) const;
  /// What it said becomes why it failed; `otherwise` where it said nothing.
  void keep_error(const std::string& id, const std::string& otherwise) const;
  /// It did not fail, or not for good.
  void forget_error(const std::string& id) const;

  /// An open, locked file, or -1 where another driver or its worker has it. A process that inherits
  /// it keeps the claim.
  int claim(const std::string& id) const;

 private:
  std::string error_file(const std::string& id) const;

  std::string name_, path_;
};

}  // namespace espalier
