#include "data/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr std::uint64_t kGreatestRatio = 1032;  // 258 bytes from two bits
constexpr int kGzipOnly = 15 + 16;              // zlib: 32 KiB window, gzip header and trailer

bool is_gzip(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

}  // namespace

struct ByteStream::Inflater {
  z_stream z{};
  std::size_t consumed = 0;  // bytes of the file
  bool finished = false;

  Inflater() {
    if (::inflateInit2(&z, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&z); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ByteStream::ByteStream(std::string where, std::string_view bytes)
    : where_(std::move(where)),
      bytes_(bytes),
      inflater_(is_gzip(bytes) ? std::make_unique<Inflater>() : nullptr) {}

ByteStream::~ByteStream() = default;

void ByteStream::refuse(const std::string& sentence) const {
  throw DataError(text::cat(where_, ": byte ", inflater_->consumed, ": ", sentence));
}

std::uint64_t ByteStream::at_most_left() const {
  if (!compressed()) return bytes_.size() - position_;
  return kGreatestRatio * bytes_.size() - position_;
}

std::size_t ByteStream::read(std::span<char> out) {
  std::size_t done = 0;
  if (!compressed()) {
    done = std::min<std::size_t>(out.size(), bytes_.size() - position_);
    std::copy_n(bytes_.data() + position_, done, out.data());
  } else {
    while (done < out.size() && !inflater_->finished) done += inflate_some(out.subspan(done));
  }
  position_ += done;
  return done;
}

/// One call of inflate; ends the stream where the last member ends.
std::size_t ByteStream::inflate_some(std::span<char> out) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  z_stream& z = inflater_->z;
  const std::string_view input = bytes_.substr(inflater_->consumed);
  const std::size_t offered = std::min(input.size(), kMost);
  const std::size_t room = std::min(out.size(), kMost);
  // zlib's interface is not const; it does not write to its input.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  z.avail_in = static_cast<uInt>(offered);
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(room);
  const int result = ::inflate(&z, Z_NO_FLUSH);
  inflater_->consumed += offered - z.avail_in;
  const std::size_t made = room - z.avail_out;
  if (result == Z_STREAM_END) {
    inflater_->finished = !next_member();
  } else if (result == Z_BUF_ERROR) {  // no progress: the input is used up
    refuse("expected more gzip data, found the end of the file");
  } else if (result != Z_OK) {
    refuse(text::cat("expected sound gzip data, found ", z.msg != nullptr ? z.msg : "damage"));
  }
  return made;
}

bool ByteStream::next_member() {
  const std::string_view left = bytes_.substr(inflater_->consumed);
  if (left.empty()) return false;
  if (!is_gzip(left)) {
    refuse(text::cat("expected the end of the file behind the gzip data, found ", left.size(),
                     left.size() == 1 ? " byte more" : " bytes more"));
  }
  ::inflateReset(&inflater_->z);
  return true;
}

std::string inflate_all(std::string bytes, const std::string& where, std::uint64_t limit) {
  const auto refuse_more = [&] {
    throw DataError(text::cat(where, ": expected at most ", text::bytes(static_cast<double>(limit)),
                              " of content, found more"));
  };
  if (!is_gzip(bytes)) {
    if (bytes.size() > limit) refuse_more();
    return bytes;
  }
  ByteStream stream(where, bytes);
  std::string content;
  std::size_t step = std::size_t{64} << 10U;
  while (true) {  // grows with what is really there, not with what could be
    const std::size_t before = content.size();
    content.resize(before + step);
    const std::size_t got = stream.read(std::span(content).subspan(before));
    content.resize(before + got);
    if (content.size() > limit) refuse_more();
    if (got < step) return content;
    step = std::max(step, content.size() / 2);
  }
}

}  // namespace espalier
