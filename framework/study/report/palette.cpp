#include <algorithm>
#include <array>

#include "study/report/svg.hpp"

namespace espalier::report {

namespace {

struct Colour {
  const char *name, *light, *dark;
};

// s0 to s7: blue, vermillion, green, purple, orange, sky blue, black (white in the dark), yellow
// (darkened on white, where it would hardly be seen).
constexpr std::array<Colour, 12> kPalette = {{{"ink", "#1b1f23", "#e8eaed"},
                                              {"muted", "#5f6871", "#a4adb6"},
                                              {"grid", "#dde1e5", "#3a4048"},
                                              {"paper", "#ffffff", "#16191d"},
                                              {"s0", "#0072b2", "#3d9fdc"},
                                              {"s1", "#d55e00", "#f07a1f"},
                                              {"s2", "#009e73", "#21c295"},
                                              {"s3", "#cc79a7", "#dd93ba"},
                                              {"s4", "#e69f00", "#f0b429"},
                                              {"s5", "#56b4e9", "#8ccdf2"},
                                              {"s6", "#000000", "#ffffff"},
                                              {"s7", "#b8a800", "#f0e442"}}};
constexpr std::size_t kSeries = 8;

const Colour* find(std::string_view name) {
  const auto found =
      std::ranges::find_if(kPalette, [&](const Colour& c) { return c.name == name; });
  return found == kPalette.end() ? nullptr : found;
}

}  // namespace

std::string series_colour(std::size_t index) { return "s" + std::to_string(index % kSeries); }

std::string series_dash(std::size_t index) {
  static constexpr std::array<const char*, 4> kDashes = {"", "6 3", "2 3", "8 3 2 3"};
  return kDashes[index / kSeries % kDashes.size()];
}

std::string light_colour(std::string_view name) {
  const Colour* const colour = find(name);
  return colour ? colour->light : std::string(name);
}

std::string dark_colour(std::string_view name) {
  const Colour* const colour = find(name);
  return colour ? colour->dark : std::string(name);
}

const std::vector<std::string>& palette_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Colour& colour : kPalette) all.emplace_back(colour.name);
    return all;
  }();
  return names;
}

}  // namespace espalier::report
