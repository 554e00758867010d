// The keys of a data set: what is read by which source, which rows of it, and what is split off.
#include <algorithm>
#include <cctype>

#include "core/text.hpp"
#include "experiment/config_path.hpp"
#include "experiment/config_read.hpp"
#include "experiment/config_scalar.hpp"
#include "experiment/config_write.hpp"
#include "experiment/plugin_choice.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

/// `source: idx`; the source's options stand beside it.
class SourceForm final : public Form {
 public:
  SourceForm(Registry* registry, Choice<Source>& source) : registry_(registry), source_(source) {}
  std::string type() const override { return "the name of a source"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.kind == Kind::map) {
      refuse_at(node, path,
                "expected the name of a source, found a map; its options stand beside 'source'");
    }
    const std::string name =
        read_choice_name(node, path, "source", source_names(registry_, node.scalar));
    const std::string place = place_of(node, path);
    source_ = {name, place, make_source(registry_, name, place)};
  }
  ConfigNode write() const override {
    return source_.object ? ConfigNode::make_text(source_.name) : ConfigNode();
  }

 private:
  Registry* registry_;
  Choice<Source>& source_;
};

// "10-35", "0-9,12": what select_labels takes.
bool is_ranges(std::string_view text) {
  const auto skip_number = [&text] {
    std::size_t n = 0;
    while (n < text.size() && std::isdigit(static_cast<unsigned char>(text[n])) != 0) ++n;
    text.remove_prefix(n);
    return n > 0 && n <= 9;
  };
  while (true) {
    if (!skip_number()) return false;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      if (!skip_number()) return false;
    }
    if (text.empty()) return true;
    if (text[0] != ',') return false;
    text.remove_prefix(1);
  }
}

/// `select: { label: 10-35 }`, `select: { label: [0-9, 12] }`
class SelectForm final : public Form {
 public:
  explicit SelectForm(std::map<std::string, std::string>& select) : select_(select) {}
  std::string type() const override { return "a map: column to ranges of labels"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.kind != Kind::map) {
      refuse_at(node, path,
                "expected a map such as { label: 10-35 }, found " + describe_found(node));
    }
    select_.clear();
    for (const ConfigNode::Entry& entry : node.entries) {
      select_[entry.key] = read_ranges(entry.value, path_inside(path, entry.key));
    }
  }
  ConfigNode write() const override {
    if (select_.empty()) return {};
    ConfigNode node = ConfigNode::make_map();
    for (const auto& [column, ranges] : select_) node.set(column, ConfigNode::make_text(ranges));
    return node;
  }

 private:
  static std::string read_ranges(const ConfigNode& node, const std::string& path) {
    std::vector<std::string> parts;
    for (const ConfigNode& item : node.items) {
      if (item.kind == Kind::scalar) parts.push_back(item.scalar);
    }
    const bool all_scalars = parts.size() == node.items.size();
    std::string ranges = node.kind == Kind::scalar ? node.scalar : text::join(parts, ",");
    if (!all_scalars || !is_ranges(ranges)) {
      refuse_at(node, path,
                text::cat("expected ranges of labels such as 10-35 or [0-4, 7], found ",
                          ranges.empty() ? describe_found(node) : text::quoted(ranges)));
    }
    return ranges;
  }

  std::map<std::string, std::string>& select_;
};

// A count keeps every digit (a double holds 2^53 of them); a fraction lies between 0 and 1.
constexpr Index kMaxCount = Index{1} << 53U;

double read_count(const ConfigNode& node, const std::string& path) {
  return static_cast<double>(read_integer(node, path, {.at_least = 1, .at_most = kMaxCount}));
}

double read_fraction(const ConfigNode& node, const std::string& path) {
  const double fraction = read_number(node, path);
  if (fraction > 0.0 && fraction < 1.0) return fraction;
  refuse_at(node, path,
            text::cat("expected a fraction above 0 and below 1, found ", text::number(fraction)));
}

double read_count_or_fraction(const ConfigNode& node, const std::string& path) {
  return has_integer_form(node) ? read_count(node, path) : read_fraction(node, path);
}

ConfigNode write_count_or_fraction(double number) {
  const bool is_count = number >= 1.0;
  return ConfigNode::make_plain(is_count ? text::cat(static_cast<Index>(number))
                                         : text::number(number));
}

/// `count: 3000` or `fraction: 0.1` of a test part with a source of its own.
class AmountForm final : public Form {
 public:
  AmountForm(std::optional<double>& number, bool is_count) : number_(number), is_count_(is_count) {}
  std::string type() const override { return is_count_ ? "an integer" : "a number"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (number_) refuse_at(node, path, "expected a count or a fraction, found both");
    number_ = is_count_ ? read_count(node, path) : read_fraction(node, path);
  }
  ConfigNode write() const override {
    if (!number_ || (*number_ >= 1.0) != is_count_) return {};
    return write_count_or_fraction(*number_);
  }

 private:
  std::optional<double>& number_;
  bool is_count_;
};

std::map<std::string, Path> read_files(const ConfigNode& node, const std::string& path) {
  std::map<std::string, Path> files;
  for (const ConfigNode::Entry& entry : node.entries) {
    files[entry.key] = read_path(entry.value, path_inside(path, entry.key));
  }
  return files;
}

ConfigNode write_files(const std::map<std::string, Path>& files) {
  ConfigNode node = ConfigNode::make_map();
  for (const auto& [column, file] : files) node.set(column, write_path(file));
  return node;
}

/// `3000`, `0.1`, or `{ images: F, label: F }`.
class PartForm final : public Form {
 public:
  explicit PartForm(std::optional<DataPart>& part) : part_(part) {}
  std::string type() const override { return "a count, a fraction, or a map: column to file"; }
  void read(const ConfigNode& node, const std::string& path) const override {
    part_ = DataPart{};
    part_->place = place_of(node, path);
    if (node.kind == Kind::map && !node.entries.empty()) {
      check_reserved(node, path);
      part_->files = read_files(node, path);
    } else if (is_number(node)) {
      part_->number = read_count_or_fraction(node, path);
    } else {
      const bool empty = node.kind == Kind::map;
      refuse_at(node, path,
                "expected a number, or files such as { images: F, label: F }, found " +
                    (empty ? "an empty map" : describe_found(node)));
    }
  }
  ConfigNode write() const override {
    if (!part_) return {};
    return part_->number ? write_count_or_fraction(*part_->number) : write_files(part_->files);
  }

 private:
  static bool is_number(const ConfigNode& node) {
    return node.kind == Kind::scalar && !node.quoted &&
           node.scalar.find_first_not_of("0123456789+-.eExX") == std::string::npos;
  }
  static void check_reserved(const ConfigNode& node, const std::string& path) {
    for (const char* const key : {"source", "select", "count", "fraction"}) {
      const ConfigNode* const found = node.find(key);
      if (found == nullptr) continue;
      refuse_at(*found, path_inside(path, key),
                "expected files by column; only a test part with a source of its own has '" +
                    std::string(key) + "'");
    }
  }

  std::optional<DataPart>& part_;
};

/// As a part of `train`, or a map with a source of its own.
class TestForm final : public Form {
 public:
  explicit TestForm(DataSpec& data) : data_(data) {}
  std::string type() const override {
    return PartForm(data_.test).type() + ", or a map with its own source";
  }
  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.find("source") == nullptr) return PartForm(data_.test).read(node, path);
    DataPart part;
    part.place = place_of(node, path);
    OwnTestFields own{data_.registry, part.number, data_.test_source, data_.test_select, {}};
    read_fields(node, path, own);
    part.files = read_files(own.files, path);
    if (part.number && !part.files.empty()) {
      refuse_at(node, path, "expected a number or files, found both");
    }
    data_.test = std::move(part);
  }
  ConfigNode write() const override {
    if (!data_.test_source.object) return PartForm(data_.test).write();
    OwnTestFields own{data_.registry, data_.test->number, data_.test_source, data_.test_select,
                      write_files(data_.test->files)};
    return write_fields(own);
  }

 private:
  DataSpec& data_;
};

}  // namespace

void OwnTestFields::fields(ConfigFields& f) {
  f.form({"source", "what reads the test data; its options stand beside this key", true},
         SourceForm(registry, source));
  f.form({"select", "rows to keep, by label; renumbered from 0"}, SelectForm(select));
  f.form({"count", "number of rows"}, AmountForm(number, true));
  f.form({"fraction", "share of the rows"}, AmountForm(number, false));
  if (source.object) source.object->fields(f);
  f.rest("a file for each column", files);
}

void DataSpec::fields(ConfigFields& f) {
  f.form({"source", "what reads the data, or makes it; its options stand beside this key", true},
         SourceForm(registry, source));
  f.form({"train", "training data: how much of it, or its files"}, PartForm(train));
  f.form({"test", "test data, evaluated and reported, never used to select anything"},
         TestForm(*this));
  f.form({"select", "rows to keep of train and test, by label; renumbered from 0"},
         SelectForm(select));
  f.integer({"limit", "first rows of the training data that are used; 0: all"}, limit,
            {.at_least = 0});
  f.number({"validation", "share split off the training data, below 1; 0: none"}, validation,
           {.at_least = 0.0, .at_most = 1.0});
  if (source.object) source.object->fields(f);
  if (validation == 1.0) f.refuse("validation", "expected a number below 1, found 1");
}

}  // namespace espalier
