#include "data/csv_reader.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

CsvReader::CsvReader(std::string_view text, char separator, std::string where)
    : left_(text), separator_(separator), where_(std::move(where)) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (left_.starts_with(kByteOrderMark)) left_.remove_prefix(kByteOrderMark.size());
}

void CsvReader::refuse(std::size_t column, const std::string& sentence) const {
  throw DataError(text::cat(where_, ": line ", line_, ", column ", column + 1, ": ", sentence));
}

bool CsvReader::only_line_ends_left() const {
  return left_.find_first_not_of("\r\n") == std::string_view::npos;
}

bool CsvReader::next() {
  if (only_line_ends_left()) return false;
  fields_.clear();
  unquoted_.clear();
  line_ = next_line_;
  while (true) {
    read_field();
    if (left_.empty()) return true;
    const char end = left_.front();
    left_.remove_prefix(1);
    if (end == separator_) continue;
    if (end == '\r') left_.remove_prefix(1);  // of CRLF
    ++next_line_;
    return true;
  }
}

/// Leaves `left_` at the separator or line end behind the field.
void CsvReader::read_field() {
  if (!left_.empty() && left_.front() == '"') {
    fields_.push_back(read_quoted());
    const bool ends = left_.empty() || left_.front() == separator_ || left_.front() == '\n' ||
                      left_.starts_with("\r\n");
    if (!ends) {
      refuse(fields_.size() - 1, text::cat("expected a separator behind the closing quote, found ",
                                           text::quoted(left_.substr(0, 1))));
    }
    return;
  }
  std::size_t size = 0;
  while (size < left_.size() && left_[size] != separator_ && left_[size] != '\n' &&
         !left_.substr(size).starts_with("\r\n")) {
    ++size;
  }
  fields_.push_back(left_.substr(0, size));
  left_.remove_prefix(size);
}

std::string_view CsvReader::read_quoted() {
  left_.remove_prefix(1);
  std::string* text = nullptr;  // the field so far, once it differs from the file's text
  while (true) {
    const std::size_t quote = left_.find('"');
    if (quote == std::string_view::npos) {
      refuse(fields_.size(), "expected a closing quote, found the end of the file");
    }
    const std::string_view piece = left_.substr(0, quote);
    next_line_ += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
    left_.remove_prefix(quote + 1);
    const bool doubled = !left_.empty() && left_.front() == '"';
    if (!doubled && text == nullptr) return piece;
    if (text == nullptr) text = &unquoted_.emplace_back();
    text->append(piece);
    if (!doubled) return *text;
    text->push_back('"');
    left_.remove_prefix(1);
  }
}

}  // namespace espalier
