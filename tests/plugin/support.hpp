#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "nn/parameter_store.hpp"
#include "plugin/registry.hpp"

namespace espalier::test {

inline std::string good_file(const std::string& name) {
  return std::string(ESPALIER_PLUGINS) + "/espalier_" + name + ".so";
}
inline std::string bad_file(const std::string& name) {
  return std::string(ESPALIER_BAD_PLUGINS) + "/espalier_" + name + ".so";
}

/// An empty folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "espalier_test_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  /// Writes `bytes` to a file of this folder and returns its path.
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

/// One task on a tape of `rows` rows of features: what a head is recorded on.
struct Bench {
  Bench(Index rows, const Shape& features_row, const Shape& target_row, Dtype target_dtype,
        bool training = true)
      : store(7),
        tape(training),
        features(tape.input("features", features_row, Dtype::floating, {{0, rows}})),
        target(tape.input("target", target_row, target_dtype, {{0, rows}})),
        net(tape, store, streams, Domain::task, "heads/task") {}

  std::vector<std::string> streams = {"task"};
  ParameterStore store;
  Tape tape;
  Var features;
  Var target;
  Net net;
};

}  // namespace espalier::test
