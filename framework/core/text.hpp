#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::text {

/// All arguments, streamed one after the other (g++ 12 has no <format>).
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

ESPALIER_API std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The shortest decimal text that reads back as the same double ("0.1", "1e-05", "nan").
ESPALIER_API std::string number(double value);

/// "0.9300": so many decimals.
ESPALIER_API std::string fixed(double value, int decimals);

/// `text` with spaces up to `width`, at least one.
ESPALIER_API std::string padded(const std::string& text, std::size_t width);

/// The candidate nearest to `word` by edit distance (transpositions count one), or "" where none is
/// within a third of its length.
ESPALIER_API std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or "".
ESPALIER_API std::string suggestion(std::string_view word,
                                    const std::vector<std::string>& candidates);

/// "1.5 MiB", "960 B".
ESPALIER_API std::string bytes(double count);

/// "1h02m", "3m20s", "12s".
ESPALIER_API std::string duration(double seconds);

/// `raw` with control characters and quotes made visible, cut at 60 characters: for messages.
ESPALIER_API std::string quoted(std::string_view raw);

}  // namespace espalier::text
