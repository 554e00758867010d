#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// The content of a file held in memory, read from front to back; gzip data (known by their first
/// two bytes, not by the file's name) are inflated on the way, one member after the other, and
/// their checksums verified. Throws DataError "<where>: byte N: ...", N counted in the file, where
/// the gzip data are cut off, damaged, or followed by something else.
class ESPALIER_API ByteStream {
 public:
  /// `bytes` must outlive the stream; `where` is "[idx] /path/of/the/file".
  ByteStream(std::string where, std::string_view bytes);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  const std::string& where() const { return where_; }
  bool compressed() const { return inflater_ != nullptr; }
  /// Fills `out`; returns fewer bytes only where the content ends.
  std::size_t read(std::span<char> out);
  /// Bytes of content delivered so far.
  std::uint64_t position() const { return position_; }
  /// What can still come at most: exact for a plain file; for gzip what its remaining bytes could
  /// inflate to (deflate makes at most 1032 bytes of one).
  std::uint64_t at_most_left() const;

 private:
  struct Inflater;
  std::size_t inflate_some(std::span<char> out);
  bool next_member();
  [[noreturn]] void refuse(const std::string& sentence) const;

  std::string where_;
  std::string_view bytes_;
  std::uint64_t position_ = 0;
  std::unique_ptr<Inflater> inflater_;  // null for a plain file
};

/// The whole content, at most `limit` bytes of it. A plain file's bytes are returned as they are.
ESPALIER_API std::string inflate_all(std::string bytes, const std::string& where,
                                     std::uint64_t limit);

}  // namespace espalier
