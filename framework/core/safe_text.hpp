#pragma once

#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace espalier {

/// A text of limited length made without memory or locks: for signal handlers. What does not fit is
/// cut.
class SafeText {
 public:
  SafeText& add(std::string_view part) {
    for (const char c : part) {
      if (size_ < text_.size()) text_[size_++] = c;
    }
    return *this;
  }
  SafeText& add_number(std::uint64_t value, unsigned base = 10) {
    std::array<char, 64> digits{};
    std::size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (count > 0) add({&digits[--count], 1});
    return *this;
  }

  std::string_view view() const { return {text_.data(), size_}; }
  /// Ends it with a zero; its last letter gives way where it is full.
  const char* c_str() {
    if (size_ == text_.size()) --size_;
    text_[size_] = '\0';
    return text_.data();
  }
  /// To a file descriptor; as much as the system takes.
  void write(int fd) const {
    std::size_t done = 0;
    while (done < size_) {
      const ssize_t put = ::write(fd, text_.data() + done, size_ - done);
      if (put <= 0) return;
      done += static_cast<std::size_t>(put);
    }
  }

 private:
  std::array<char, 8192> text_{};
  std::size_t size_ = 0;
};

}  // namespace espalier
