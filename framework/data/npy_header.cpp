#include "data/npy_header.hpp"

#include <charconv>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostAxes = 32;

/// The dictionary's literals, read from front to back. Nothing nests, so nothing recurses.
class Literals {
 public:
  Literals(std::string_view bytes, std::size_t start, std::size_t end, const std::string& where)
      : bytes_(bytes.substr(0, end)), at_(start), where_(where) {}

  std::size_t at() const { return at_; }
  bool ended() {
    skip_space();
    return at_ == bytes_.size();
  }
  bool take(char wanted) {
    if (ended() || bytes_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void demand(char wanted) {
    if (!take(wanted)) refuse(text::cat("expected '", wanted, "' in the NPY header"));
  }

  std::string_view text() {
    const char quote = ended() ? '\0' : bytes_[at_];
    if (quote != '\'' && quote != '"') refuse("expected a text in quotes in the NPY header");
    const std::size_t close = bytes_.find(quote, at_ + 1);
    if (close == std::string_view::npos) refuse("expected a closing quote in the NPY header");
    const std::string_view content = bytes_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    return content;
  }

  bool flag() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (!bytes_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    refuse("expected True or False for 'fortran_order'");
  }

  std::vector<Index> extents() {
    std::vector<Index> all;
    demand('(');
    while (!take(')')) {
      if (all.size() == kMostAxes) refuse(text::cat("expected at most ", kMostAxes, " axes"));
      all.push_back(extent());
      if (take(',')) continue;
      demand(')');
      break;
    }
    return all;
  }

  [[noreturn]] void refuse(const std::string& expected) const {
    const std::string found = at_ < bytes_.size() ? text::quoted(bytes_.substr(at_, 12))
                                                  : std::string("the end of the header");
    throw DataError(text::cat(where_, ": byte ", at_, ": ", expected, ", found ", found));
  }

 private:
  void skip_space() {
    while (at_ < bytes_.size() && std::string_view(" \t\r\n").find(bytes_[at_]) != bytes_.npos) {
      ++at_;
    }
  }

  Index extent() {
    skip_space();
    Index value = 0;
    const char* const end = bytes_.data() + bytes_.size();
    const auto [stop, error] = std::from_chars(bytes_.data() + at_, end, value);
    if (error != std::errc() || value < 0) refuse("expected an extent of at least 0 in 'shape'");
    at_ = static_cast<std::size_t>(stop - bytes_.data());
    return value;
  }

  std::string_view bytes_;
  std::size_t at_;
  const std::string& where_;
};

[[noreturn]] void refuse_at(const std::string& where, std::size_t byte,
                            const std::string& sentence) {
  throw DataError(text::cat(where, ": byte ", byte, ": ", sentence));
}

std::size_t width_of(std::string_view descr, std::size_t at, const std::string& where) {
  if (descr == "<f4") return 4;
  if (descr == "<f8") return 8;
  refuse_at(where, at,
            text::cat("expected numbers of type '<f4' or '<f8' (float32, float64), found ",
                      text::quoted(descr)));
}

/// Reads `{key: value, ...}`; each key stands once.
void read_dictionary(Literals& in, NpyHeader& header, const std::string& where) {
  bool has_order = false, has_shape = false;
  in.demand('{');
  while (!in.take('}')) {
    const bool key_starts = !in.ended();
    const std::size_t at = in.at();
    const std::string_view key = key_starts ? in.text() : std::string_view();
    in.demand(':');
    if (key == "descr" && header.width == 0) {
      const bool value_starts = !in.ended();
      const std::size_t value_at = in.at();
      header.width = width_of(value_starts ? in.text() : std::string_view(), value_at, where);
    } else if (key == "fortran_order" && !has_order) {
      has_order = true;
      if (!in.ended() && in.flag()) {
        refuse_at(where, at,
                  "expected numbers in C order, found 'fortran_order': True; save "
                  "numpy.ascontiguousarray(J)");
      }
    } else if (key == "shape" && !has_shape) {
      has_shape = true;
      in.ended();
      header.shape_at = in.at();
      header.extents = in.extents();
    } else {
      refuse_at(where, at,
                text::cat("expected each of 'descr', 'fortran_order' and 'shape' once in the NPY "
                          "header, found ",
                          text::quoted(key)));
    }
    if (in.take(',')) continue;
    in.demand('}');
    break;
  }
  if (header.width == 0 || !has_order || !has_shape) {
    in.refuse("expected 'descr', 'fortran_order' and 'shape' in the NPY header");
  }
  if (!in.ended()) in.refuse("expected nothing but spaces after the NPY header's dictionary");
}

}  // namespace

std::string shown_shape(const std::vector<Index>& extents) {
  std::vector<std::string> words;
  for (const Index extent : extents) words.push_back(std::to_string(extent));
  return text::cat("(", text::join(words, ", "), extents.size() == 1 ? ",)" : ")");
}

NpyHeader read_npy_header(std::string_view bytes, const std::string& where) {
  const auto byte = [&](std::size_t at) {
    if (at < bytes.size()) return static_cast<std::uint8_t>(bytes[at]);
    refuse_at(where, bytes.size(),
              "expected the rest of the NPY header, found the end of the file");
  };
  for (std::size_t i = 0; i < kMagic.size(); ++i) {
    if (byte(i) == static_cast<std::uint8_t>(kMagic[i])) continue;
    refuse_at(where, i,
              text::cat("expected '\\x93NUMPY', which begins a .npy file, found ",
                        text::quoted(bytes.substr(0, kMagic.size()))));
  }
  const int version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    refuse_at(
        where, 6,
        text::cat("expected NPY version 1.0, 2.0 or 3.0, found ", version, ".", int{byte(7)}));
  }
  const std::size_t digits = version == 1 ? 2 : 4;  // bytes of the length, little endian
  std::size_t length = 0;
  for (std::size_t i = digits; i > 0; --i) length = length * 256 + byte(7 + i);
  const std::size_t start = 8 + digits;
  if (length > bytes.size() - start) {
    refuse_at(where, 8,
              text::cat("expected a header of ", length, " bytes, found ", bytes.size() - start));
  }
  NpyHeader header;
  header.header_bytes = start + length;
  Literals in(bytes, start, start + length, where);
  read_dictionary(in, header, where);
  return header;
}

}  // namespace espalier
