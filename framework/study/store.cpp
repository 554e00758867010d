#include "study/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace fs = std::filesystem;

Store::Store(const std::string& folder)
    : name_(folder), path_(fs::absolute(folder).lexically_normal().string()) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  while (name_.size() > 1 && name_.back() == '/') name_.pop_back();
  for (const char* inside : {".specs", ".claims", ".errors"}) {
    std::error_code failed;
    fs::create_directories(fs::path(path_) / inside, failed);
    if (failed) {
      throw RunFailure(text::cat("[store] ", path_, ": cannot make it: ", failed.message()));
    }
  }
}

std::string Store::folder(const std::string& id) const { return path_ + "/" + id; }
std::string Store::spec_file(const std::string& id) const {
  return text::cat(path_, "/.specs/", id, ".yaml");
}
std::string Store::error_file(const std::string& id) const {
  return text::cat(path_, "/.errors/", id, ".txt");
}

std::string Store::log_file(const std::string& id) const {
  return text::cat(path_, "/.errors/", id, ".log");
}

nlohmann::ordered_json Store::summary(const std::string& id) const {
  const std::string path = folder(id) + "/summary.json";
  std::error_code failed;
  if (!fs::exists(path, failed)) return nullptr;
  auto j = nlohmann::ordered_json::parse(file::read(path), nullptr, /*allow_exceptions=*/false);
  if (j.is_object() && j.value("status", "") == "done") return j;
  return nullptr;
}

Store::State Store::state(const std::string& id) const {
  if (!summary(id).is_null()) return State::done;
  std::error_code failed;
  return fs::exists(error_file(id), failed) ? State::failed : State::missing;
}

std::string Store::error(const std::string& id) const {
  std::error_code failed;
  if (!fs::exists(error_file(id), failed)) return "";
  std::string all = file::read(error_file(id));
  while (!all.empty() && all.back() == '\n') all.pop_back();
  return all.substr(all.rfind('\n') + 1);
}

void Store::write_spec(const std::string& id, const std::string& text) const {
  std::error_code failed;
  if (!fs::exists(spec_file(id), failed)) file::write_atomically(spec_file(id), text);
}

void Store::keep_error(const std::string& id, const std::string& otherwise) const {
  std::error_code failed;
  std::string said = fs::exists(log_file(id), failed) ? file::read(log_file(id)) : "";
  if (said.find_first_not_of(" \n") == std::string::npos) said = otherwise + "\n";
  file::write_atomically(error_file(id), said);
  fs::remove(log_file(id), failed);
}

void Store::forget_error(const std::string& id) const {
  std::error_code ignored;
  fs::remove(error_file(id), ignored);
  fs::remove(log_file(id), ignored);
}

int Store::claim(const std::string& id) const {
  const std::string path = text::cat(path_, "/.claims/", id);
  const int claim = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (claim < 0) {
    throw RunFailure(text::cat("[store] ", path, ": cannot open it: ", std::strerror(errno)));
  }
  if (::flock(claim, LOCK_EX | LOCK_NB) == 0) return claim;
  ::close(claim);
  return -1;
}

}  // namespace espalier
