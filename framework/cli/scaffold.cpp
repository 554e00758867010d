#include "cli/scaffold.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier::cli {

namespace fs = std::filesystem;

namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "vowel_or_not" to "VowelOrNot".
std::string class_name(const std::string& name) {
  std::string made;
  bool first = true;
  for (const char c : name) {
    if (c != '_') made += first ? static_cast<char>(std::toupper(c)) : c;
    first = c == '_';
  }
  return made;
}

// A name that would do instead of `name`, or "".
std::string mended(const std::string& name) {
  std::string made;
  for (const char c : name) {
    const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (is_lower(lower) || (is_digit(lower) && !made.empty())) made += lower;
    if ((c == '-' || c == '_' || c == ' ') && !made.empty()) made += '_';
  }
  return made;
}

std::string replaced(std::string text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string renamed(std::string_view text, const std::string& name) {
  return replaced(replaced(std::string(text), "my_name", name), "MyName", class_name(name));
}

/// Names that are spelt well and would not do.
struct Refused {
  std::string_view name;
  std::string_view expected;
};
constexpr std::string_view kText = "a name that every reader of YAML takes for a text";
constexpr Refused kRefused[] = {
    {"null", kText},
    {"true", kText},
    {"false", kText},
    {"yes", kText},
    {"no", kText},
    {"on", kText},
    {"off", kText},
    // templates/task_classification and task_custom
    {"which_character", "a name that no other task of its experiment has"}};

// A folder that goes away unless it is kept under its name.
class NewFolder {
 public:
  explicit NewFolder(const std::string& name)
      : name_(name), path_(text::cat(".", name, ".", ::getpid())) {
    std::error_code failed;
    fs::create_directory(path_, failed);
    check(failed);
  }
  ~NewFolder() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(path_, ignored);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::string& path() const { return path_; }
  void keep() {
    std::error_code failed;
    fs::rename(path_, name_, failed);
    check(failed);
    kept_ = true;
  }

 private:
  void check(const std::error_code& failed) const {
    if (!failed) return;
    throw RunFailure(
        text::cat("[new] folder '", name_, "' cannot be made here: ", failed.message()));
  }

  std::string name_, path_;
  bool kept_ = false;
};

void check_not_refused(const std::string& name) {
  const auto* const refused = std::ranges::find(kRefused, name, &Refused::name);
  if (refused == std::end(kRefused)) return;
  throw ConfigError(text::cat("[new] expected ", refused->expected, ", found '", name,
                              "'; did you mean 'my_", name, "'?"));
}

}  // namespace

void check_new_name(const std::string& name) {
  constexpr std::size_t kLongest = 40;
  const bool fits =
      !name.empty() && name.size() <= kLongest && is_lower(name[0]) &&
      std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
  if (fits) return check_not_refused(name);
  const std::string better = mended(name).substr(0, kLongest);
  throw ConfigError(text::cat(
      "[new] expected a name of at most ", kLongest,
      " lower-case letters, digits and '_', with a letter in front, found ", text::quoted(name),
      better.empty() || better == name ? "" : text::cat("; did you mean '", better, "'?")));
}

std::vector<std::string> write_scaffold(const std::string& name,
                                        const std::vector<std::string>& folders) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(name, ignored))) {
    throw ConfigError(text::cat("[new] expected a name that nothing in this folder has, found '",
                                name, "'; take another name, or remove it"));
  }
  std::vector<std::string> files;
  NewFolder folder(name);
  for (const TemplateFile& file : template_files()) {
    if (std::ranges::find(folders, file.folder) == folders.end()) continue;
    files.push_back(renamed(file.name, name));
    file::write_atomically(text::cat(folder.path(), "/", files.back()), renamed(file.text, name));
  }
  folder.keep();
  return files;
}

}  // namespace espalier::cli
