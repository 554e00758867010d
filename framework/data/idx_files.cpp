#include "data/idx_files.hpp"

#include "core/text.hpp"
#include "data/idx.hpp"
#include "data/make.hpp"
#include "espalier/error.hpp"
#include "espalier/source.hpp"

namespace espalier {

namespace {

class Idx final : public Source {
 public:
  void fields(Fields& fields) override {
    fields.number({"scale",
                   "factor on the bytes of images and other columns of more than one axis; the "
                   "default brings them to [0, 1]"},
                  scale_);
  }
  Dataset read(DataRole role, const DataParts& parts) const override {
    return read_idx_files(idx_files(parts, role, "idx").files, scale_);
  }

 private:
  double scale_ = 1.0 / 255.0;
};

}  // namespace

const DataPart& idx_files(const DataParts& parts, DataRole role, std::string_view source) {
  const DataPart* const part = parts.of(role);
  const char* const expected = ": expected files such as { images: F, label: F }, found ";
  if (part == nullptr) {
    throw ConfigError(text::cat("[", source, "] ", role == DataRole::train ? "train" : "test",
                                expected, "nothing"));
  }
  if (part->number) {
    throw ConfigError(text::cat(part->place, expected, text::number(*part->number)));
  }
  if (part->files.empty()) throw ConfigError(text::cat(part->place, expected, "none"));
  return *part;
}

Dataset read_idx_files(const std::map<std::string, Path>& files, double scale) {
  Dataset data;
  std::vector<std::string> digests;
  for (const auto& [name, path] : files) {
    const DataFile file = read_data_file(path);
    digests.push_back(file.digest);
    const std::string where = "[idx] " + path.file;
    IdxColumn column = parse_idx(file.bytes, where, scale);
    column.data.name = name;
    if (data.columns.empty()) {
      data.rows = column.rows;
    } else if (column.rows != data.rows) {
      throw DataError(text::cat(where, ": byte 4: expected ", data.rows, " rows as in '",
                                data.columns.front().name, "', found ", column.rows));
    }
    data.columns.push_back(std::move(column.data));
  }
  data.digest = digest_of(digests);
  return data;
}

std::unique_ptr<Source> make_idx() { return std::make_unique<Idx>(); }

}  // namespace espalier
