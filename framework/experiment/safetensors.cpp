#include "experiment/safetensors.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "tensors are stored as they lie");
constexpr const char* kDtype = sizeof(real) == 4 ? "F32" : "F64";

constexpr std::size_t kHeaderLimit = std::size_t{16} << 20U;
constexpr std::size_t kAlignment = 8;

std::string checksum(const char* data, std::size_t bytes) {
  return std::to_string(
      crc32_z(0, reinterpret_cast<const unsigned char*>(data), static_cast<z_size_t>(bytes)));
}

std::size_t byte_size(const Shape& shape) {
  return static_cast<std::size_t>(shape.size()) * sizeof(real);
}

/// Checks and reads the header of one file.
class Reader {
 public:
  Reader(const std::string& path, const std::string& bytes) : path_(path), bytes_(bytes) {}

  void read(std::vector<NamedTensor>& tensors, Metadata& metadata) {
    const json header = parse();
    for (const auto& [key, value] : header.items()) {
      if (key == "__metadata__") {
        if (!value.is_object()) fail("expected a map of texts under __metadata__");
        for (const auto& [name, text] : value.items()) {
          if (!text.is_string()) fail("expected texts under __metadata__");
          metadata[name] = text.get<std::string>();
        }
      } else {
        tensors.push_back(tensor(key, value));
      }
    }
    check_layout(tensors);
    for (const NamedTensor& t : tensors) {
      const auto stored = metadata.find("crc32:" + t.name);
      if (stored == metadata.end()) continue;
      if (stored->second != checksum(reinterpret_cast<const char*>(t.data), byte_size(t.shape))) {
        fail(text::cat("tensor '", t.name, "' is damaged (its checksum differs)"));
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(text::cat("[safetensors] ", path_, ": ", what));
  }

  json parse() {
    std::uint64_t length = 0;
    if (bytes_.size() < sizeof length) {
      fail(text::cat("byte 0: expected an 8-byte header length, found a file of ", bytes_.size(),
                     " bytes"));
    }
    std::memcpy(&length, bytes_.data(), sizeof length);
    if (length > kHeaderLimit || length > bytes_.size() - sizeof length) {
      fail(text::cat("byte 0: header promises ", length, " bytes, file holds ",
                     bytes_.size() - sizeof length));
    }
    data_ = bytes_.data() + sizeof length + length;
    data_bytes_ = bytes_.size() - sizeof length - length;
    const char* const text = bytes_.data() + sizeof length;
    json header = json::parse(text, text + length, nullptr, /*allow_exceptions=*/false);
    if (!header.is_object()) fail("byte 8: expected a JSON map, found something else");
    return header;
  }

  NamedTensor tensor(const std::string& name, const json& entry) const {
    const auto bad = [&](const char* what) { fail(text::cat("tensor '", name, "': ", what)); };
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
      bad("expected dtype, shape and data_offsets");
    }
    if (entry["dtype"] != kDtype)
      bad(sizeof(real) == 4 ? "expected dtype F32" : "expected dtype F64");
    const json& extents = entry["shape"];
    const json& offsets = entry["data_offsets"];
    if (!extents.is_array() || extents.size() > Shape::kMaxRank)
      bad("expected at most six extents");
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
      bad("expected two data_offsets");
    }
    NamedTensor t;
    t.name = name;
    std::uint64_t numbers = 1;
    for (const json& extent : extents) {
      if (!extent.is_number_unsigned()) bad("expected non-negative extents");
      const auto n = extent.get<std::uint64_t>();
      if (n != 0 && numbers > data_bytes_ / n) bad("its shape is larger than the file");
      numbers *= n;
      t.shape.push_back(static_cast<Index>(n));
    }
    const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
    if (begin > end || end > data_bytes_ || end - begin != numbers * sizeof(real) ||
        begin % sizeof(real) != 0) {
      bad("its data_offsets do not fit its shape and the file");
    }
    t.data = reinterpret_cast<const real*>(data_ + begin);
    return t;
  }

  // No holes, no overlap, nothing behind the last tensor.
  void check_layout(const std::vector<NamedTensor>& tensors) const {
    std::vector<std::pair<const char*, const char*>> spans;
    for (const NamedTensor& t : tensors) {
      const char* const begin = reinterpret_cast<const char*>(t.data);
      spans.emplace_back(begin, begin + byte_size(t.shape));
    }
    std::ranges::sort(spans);
    const char* at = data_;
    for (const auto& span : spans) {
      if (span.first != at) fail("its tensors overlap or leave a hole");
      at = span.second;
    }
    if (at != data_ + data_bytes_) fail("it has bytes behind its last tensor");
  }

  const std::string& path_;
  const std::string& bytes_;
  const char* data_ = nullptr;
  std::size_t data_bytes_ = 0;
};

}  // namespace

void write_safetensors(const std::string& path, std::vector<NamedTensor> tensors,
                       const Metadata& metadata) {
  std::ranges::sort(tensors, {}, &NamedTensor::name);
  json header = json::object();
  json texts = metadata;
  std::size_t offset = 0;
  for (const NamedTensor& t : tensors) {
    const std::size_t bytes = byte_size(t.shape);
    header[t.name] = {{"dtype", kDtype},
                      {"shape", t.shape.extents()},
                      {"data_offsets", {offset, offset + bytes}}};
    texts["crc32:" + t.name] = checksum(reinterpret_cast<const char*>(t.data), bytes);
    offset += bytes;
  }
  header["__metadata__"] = texts;
  std::string text = header.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  std::string start(sizeof(std::uint64_t), '\0');
  const auto length = static_cast<std::uint64_t>(text.size());
  std::memcpy(start.data(), &length, sizeof length);
  std::vector<std::string_view> pieces = {start, text};
  for (const NamedTensor& t : tensors) {
    pieces.emplace_back(reinterpret_cast<const char*>(t.data), byte_size(t.shape));
  }
  file::write_atomically(path, pieces);
}

Safetensors::Safetensors(const std::string& path) : bytes_(file::read(path)) {
  Reader(path, bytes_).read(tensors_, metadata_);
}

const NamedTensor* Safetensors::find(const std::string& name) const {
  const auto at = std::ranges::find(tensors_, name, &NamedTensor::name);
  return at == tensors_.end() ? nullptr : &*at;
}

}  // namespace espalier
