#pragma once

#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "data/source.hpp"
#include "espalier/error.hpp"

/// Helpers of the tests of sources: options set by name, files made for one test, IDX and gzip
/// bytes.
namespace espalier::data_tests {

/// Sets options as a YAML reader would: fields that are not mentioned keep their default.
class SetFields : public Fields {
 public:
  std::map<std::string, bool> flags;
  std::map<std::string, Index> integer_values;
  std::map<std::string, double> number_values;
  std::map<std::string, std::string> word_values;
  std::map<std::string, std::vector<std::string>> word_lists;
  std::map<std::string, Path> paths;
  std::vector<std::string> names;  ///< fields offered

  void flag(const Field& field, bool& value) override { set(field, value, flags); }
  void integer(const Field& field, Index& value, const IntegerRange& /*range*/) override {
    set(field, value, integer_values);
  }
  void number(const Field& field, double& value, const NumberRange& /*range*/) override {
    set(field, value, number_values);
  }
  void word(const Field& field, std::string& value,
            std::span<const std::string_view> /*choices*/) override {
    set(field, value, word_values);
  }
  void integers(const Field& field, std::vector<Index>& /*value*/,
                const IntegerRange& /*range*/) override {
    names.emplace_back(field.name);
  }
  void numbers(const Field& field, std::vector<double>& /*value*/,
               const NumberRange& /*range*/) override {
    names.emplace_back(field.name);
  }
  void words(const Field& field, std::vector<std::string>& value) override {
    set(field, value, word_lists);
  }
  void path(const Field& field, Path& value) override { set(field, value, paths); }
  [[noreturn]] void refuse(std::string_view field, const std::string& message) override {
    throw ConfigError(text::cat("exp.yaml:1:1: ", field, ": ", message));
  }

 private:
  template <class Value>
  void set(const Field& field, Value& value, const std::map<std::string, Value>& values) {
    names.emplace_back(field.name);
    const auto found = values.find(std::string(field.name));
    if (found != values.end()) value = found->second;
  }
};

inline std::unique_ptr<Source> make_source(std::string_view name, SetFields options = {}) {
  for (const SourceEntry& entry : source_table()) {
    if (entry.name != name) continue;
    auto source = entry.make();
    source->fields(options);
    return source;
  }
  return nullptr;
}

/// A folder that lives as long as the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "espalier-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string write(const std::string& name, const std::string& bytes) const {
    const std::string file = path_ + "/" + name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// One gzip member.
inline std::string gzip(const std::string& content) {
  z_stream z{};
  ::deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string bytes(::deflateBound(&z, content.size()) + 32, '\0');
  std::string input = content;
  z.next_in = reinterpret_cast<Bytef*>(input.data());
  z.avail_in = static_cast<uInt>(input.size());
  z.next_out = reinterpret_cast<Bytef*>(bytes.data());
  z.avail_out = static_cast<uInt>(bytes.size());
  ::deflate(&z, Z_FINISH);
  bytes.resize(bytes.size() - z.avail_out);
  ::deflateEnd(&z);
  return bytes;
}

inline std::string big_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text += static_cast<char>((number >> (8U * static_cast<unsigned>(i))) & 255U);
  }
  return text;
}

/// An IDX header: element code, then the axes.
inline std::string idx_header(unsigned element, const std::vector<std::uint32_t>& axes) {
  std::string header = big_endian(element * 256U + axes.size(), 4);
  for (const std::uint32_t axis : axes) header += big_endian(axis, 4);
  return header;
}

/// A part that names files.
inline DataPart files_part(std::map<std::string, std::string> files) {
  DataPart part;
  part.place = "exp.yaml:3:5: data.d.train";
  for (auto& [name, file] : files) part.files[name] = Path{file, ""};
  return part;
}

/// A part that is a number.
inline DataPart number_part(double number) {
  DataPart part;
  part.place = "exp.yaml:3:5: data.d.train";
  part.number = number;
  return part;
}

}  // namespace espalier::data_tests
