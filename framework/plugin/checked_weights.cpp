#include "plugin/checked_weights.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr std::size_t kMargin = 16;
// A quiet NaN whose payload processors do not make.
constexpr std::uint64_t kUnwritten = 0x7ff8'e59a'11e2'0bad;

bool unwritten(double number) { return std::bit_cast<std::uint64_t>(number) == kUnwritten; }

}  // namespace

std::span<double> CheckedWeights::open(std::size_t n) {
  numbers_.assign(n + kMargin, std::bit_cast<double>(kUnwritten));
  count_ = n;
  return std::span(numbers_).first(n);
}

void CheckedWeights::take(std::string_view plugin, std::string_view stage, bool all,
                          std::span<double> to) const {
  const auto given = std::span(numbers_).first(count_);
  const auto behind = std::span(numbers_).subspan(count_);
  const auto missing = std::ranges::count_if(given, unwritten);
  if (!std::ranges::all_of(behind, unwritten)) {
    throw PluginError(text::cat("[plugin ", plugin, "] ", stage, ": expected ", count_,
                                count_ == 1 ? " weight" : " weights",
                                ", one for each task at hand, found more"));
  }
  if (all && missing > 0) {
    throw PluginError(text::cat("[plugin ", plugin, "] ", stage, ": expected ", count_,
                                count_ == 1 ? " weight" : " weights",
                                ", one for each task at hand, found ",
                                count_ - static_cast<std::size_t>(missing)));
  }
  std::ranges::copy(given, to.begin());
}

}  // namespace espalier
