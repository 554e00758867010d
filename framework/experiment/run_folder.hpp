#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// The folder of the run that a user names: `given` where that exists, else the one of this name in
/// runs/, else `given` as it is, which whoever reads it then says is not there.
ESPALIER_API std::string run_folder(const std::string& given);

/// The folder of one run: made exclusively, locked while the run goes on, so that two runs never
/// write into one.
class ESPALIER_API RunFolder {
 public:
  /// Makes `wanted` and locks it; with `resume` an existing folder of the same resolved spec is
  /// taken up again. Throws ConfigError when it exists already, belongs to another spec, or is
  /// locked.
  RunFolder(const std::string& wanted, const std::string& resolved_spec, bool resume);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const;
  bool resumed() const { return resumed_; }

  /// Cuts metrics.jsonl to `bytes` (what a checkpoint knows of) and opens it for appending.
  void open_metrics(std::uint64_t bytes);
  /// Appends one line.
  void append_metrics(const std::string& line);
  /// Makes what was appended durable; returns the length.
  std::uint64_t sync_metrics();
  /// Appends a line to log.txt.
  void log(const std::string& line);

 private:
  std::string path_;
  bool resumed_ = false;
  int lock_ = -1;
  int metrics_ = -1;
  std::uint64_t metrics_bytes_ = 0;
};

}  // namespace espalier
