#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::cli {

/// A file of a template, as it lies in framework/templates: compiled as it stands, since `my_name`
/// and `MyName` are names like any other. They become the new thing's.
struct TemplateFile {
  std::string_view folder;  ///< "task_classification"
  std::string_view name;    ///< "my_name_test.cpp"
  std::string_view text;
};

/// What `espalier new` makes: "task", "sharing", ...
std::vector<std::string> new_kinds();

/// Every file of every template (written by cmake/templates.cmake).
std::span<const TemplateFile> template_files();

/// Throws ConfigError unless `name` can name a plugin, a C++ class, a CMake target and a task in
/// YAML alike: lower-case letters, digits and '_', with a letter in front, and no word such as
/// `true`.
void check_new_name(const std::string& name);

/// Writes the folder `name` here from the files of some template folders, all or nothing; returns
/// the files' names. Throws ConfigError where something of that name exists, RunFailure where it
/// cannot be written.
std::vector<std::string> write_scaffold(const std::string& name,
                                        const std::vector<std::string>& folders);

}  // namespace espalier::cli
