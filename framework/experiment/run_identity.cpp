#include "experiment/run_identity.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <set>

#include "core/build_id.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "experiment/spec_write.hpp"
#include "tensor/blas.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;

/// SHA-256 of files, each read once.
class FileDigests {
 public:
  // "" where there is no such file: the run itself will say so.
  std::string of(const std::string& path) {
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    if (failed) return "";
    const auto time = fs::last_write_time(path, failed);
    Known& known = known_[path];
    if (known.digest.empty() || known.size != size || known.time != time) {
      known = {size, time, file::sha256(file::read(path))};
    }
    return known.digest;
  }

 private:
  struct Known {
    std::uintmax_t size = 0;
    fs::file_time_type time;
    std::string digest;
  };
  std::map<std::string, Known> known_;
};

FileDigests& digests() {
  static FileDigests all;
  return all;
}

// Every absolute path of a file among the values.
void collect_files(const ConfigNode& node, std::set<std::string>& files) {
  std::error_code failed;
  if (node.kind == ConfigNode::Kind::scalar && node.scalar.starts_with('/') &&
      fs::is_regular_file(node.scalar, failed)) {
    files.insert(node.scalar);
  }
  for (const ConfigNode& item : node.items) collect_files(item, files);
  for (const ConfigNode::Entry& entry : node.entries) collect_files(entry.value, files);
}

// Where the framework itself was loaded from.
std::string own_library() {
  Dl_info info{};
  const bool found = ::dladdr(reinterpret_cast<const void*>(&run_identity), &info) != 0;
  return found && info.dli_fname != nullptr ? info.dli_fname : "";
}

}  // namespace

std::string run_identity(Prepared& run) {
  std::string all = text::cat(run.resolved, "\nbuild ", build_string(), "\nkernels ",
                              blas::core_name(), "\nframework ", digests().of(own_library()));
  const Precision wanted = precision::named(run.spec.precision);
  all += text::cat("\nproducts ", precision::instructions_of(wanted));
  std::set<std::string> plugins;
  for (const RunTask& task : run.tasks) plugins.insert(task.handle.plugin());
  plugins.insert(run.spec.balance.name);
  for (const DataSpec& data : run.spec.data)
    plugins.insert({data.source.name, data.test_source.name});
  for (const PluginListing& listing : run.registry->list()) {
    const bool named = run.resolved.find(listing.name) != std::string::npos;
    if (plugins.count(listing.name) > 0 || (listing.kind == "sharing" && named))
      all += text::cat("\nplugin ", listing.name, " ", digests().of(listing.file));
  }
  std::set<std::string> files;
  if (const ConfigNode spec = resolved(run.spec); const ConfigNode* data = spec.find("data")) {
    collect_files(*data, files);
  }
  for (const std::string& path : files) all += text::cat("\ndata ", digests().of(path));
  return text::cat(run.spec.name, "-", file::sha256(all).substr(0, 16));
}

}  // namespace espalier
