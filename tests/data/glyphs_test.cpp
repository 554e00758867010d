#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/glyph_strokes.hpp"
#include "data/support.hpp"

namespace espalier {

using data_tests::files_part;
using data_tests::make_source;
using data_tests::number_part;
using data_tests::SetFields;

namespace {

constexpr std::size_t kPixels = 28 * 28;

Dataset glyphs(const std::string& classes, Index count, DataRole role = DataRole::train,
               Index seed = 0) {
  SetFields options;
  options.word_values["classes"] = classes;
  options.integer_values["seed"] = seed;
  const DataPart part = number_part(static_cast<double>(count));
  return make_source("glyphs", options)->read(role, {&part, &part});
}

std::span<const real> image(const Dataset& data, std::size_t i) {
  return std::span(data.find("images")->reals).subspan(i * kPixels, kPixels);
}

}  // namespace

TEST_CASE("every form has strokes of at least two points, in reach of the box") {
  std::set<char> characters;
  for (const GlyphForm& form : glyph_forms()) {
    CAPTURE(form.character);
    CAPTURE(form.strokes);
    characters.insert(form.character);
    CHECK(form.weight > 0.0);
    for (const GlyphStroke& stroke : parse_strokes(form.strokes)) {
      CHECK(stroke.size() >= 2);
      for (const GlyphPoint& point : stroke) {
        CHECK(point.x >= -20.0);
        CHECK(point.x <= 110.0);
        CHECK(point.y >= -5.0);
        CHECK(point.y <= 120.0);
      }
    }
  }
  CHECK(std::string(characters.begin(), characters.end()) ==
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

TEST_CASE("strokes are read from text") {
  const auto strokes = parse_strokes("0,100 35.5,-2! 70,99 / 1,2 3,4");
  REQUIRE(strokes.size() == 2);
  REQUIRE(strokes[0].size() == 3);
  CHECK(strokes[0][1].x == 35.5);
  CHECK(strokes[0][1].y == -2.0);
  CHECK(strokes[0][1].corner);
  CHECK_FALSE(strokes[0][2].corner);
  CHECK(strokes[1].size() == 2);
}

TEST_CASE("glyphs are synthetic images with balanced, shuffled labels") {
  const Dataset letters = glyphs("letters", 260);
  CHECK(letters.synthetic);
  CHECK(letters.rows == 260);
  CHECK(letters.find("images")->sample == Shape{28, 28, 1});
  CHECK(letters.find("images")->reals.size() == 260 * kPixels);
  const ColumnData& label = *letters.find("label");
  CHECK(label.classes == 26);
  for (std::int32_t c = 0; c < 26; ++c) CHECK(std::ranges::count(label.integers, c) == 10);
  CHECK_FALSE(std::ranges::is_sorted(std::span(label.integers).first(26)));
  CHECK_FALSE(std::ranges::equal(std::span(label.integers).first(26),
                                 std::span(label.integers).subspan(26, 26)));
  CHECK(letters.find("kind") == nullptr);
  CHECK(letters.digest.size() == 64);
  CHECK(glyphs("digits", 20).find("label")->classes == 10);
}

TEST_CASE("characters carry their kind") {
  const Dataset data = glyphs("characters", 72);
  const ColumnData& label = *data.find("label");
  const ColumnData& kind = *data.find("kind");
  CHECK(label.classes == 36);
  CHECK(kind.classes == 2);
  for (std::size_t i = 0; i < 72; ++i) CHECK(kind.integers[i] == (label.integers[i] < 10 ? 0 : 1));
}

TEST_CASE("a glyph is a function of seed, part and its number") {
  const Dataset many = glyphs("letters", 60);
  const Dataset few = glyphs("letters", 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(std::ranges::equal(image(many, i), image(few, i)));
    CHECK(many.find("label")->integers[i] == few.find("label")->integers[i]);
  }
  CHECK(glyphs("letters", 60).digest == many.digest);
  CHECK(glyphs("letters", 60, DataRole::test).digest != many.digest);
  CHECK(glyphs("letters", 60, DataRole::train, 1).digest != many.digest);
}

TEST_CASE("no two glyphs are alike") {
  const Dataset data = glyphs("digits", 500);
  std::set<std::vector<real>> seen;
  for (std::size_t i = 0; i < 500; ++i) {
    const auto pixels = image(data, i);
    seen.emplace(pixels.begin(), pixels.end());
  }
  CHECK(seen.size() == 500);
}

TEST_CASE("glyphs are white on black, within the frame, centred by mass") {
  const Dataset data = glyphs("characters", 720);
  for (std::size_t i = 0; i < 720; ++i) {
    const auto pixels = image(data, i);
    double mass = 0.0, x = 0.0, y = 0.0, brightest = 0.0, darkest = 1.0, border = 0.0;
    for (std::size_t k = 0; k < kPixels; ++k) {
      const auto value = static_cast<double>(pixels[k]);
      const std::size_t row = k / 28, column = k % 28;
      mass += value;
      x += value * static_cast<double>(column);
      y += value * static_cast<double>(row);
      brightest = std::max(brightest, value);
      darkest = std::min(darkest, value);
      if (row == 0 || row == 27 || column == 0 || column == 27) border = std::max(border, value);
    }
    CAPTURE(i);
    CHECK(mass > 10.0);
    CHECK(mass < 300.0);
    CHECK(brightest > 0.5);
    CHECK(brightest <= 1.0);
    CHECK(darkest == 0.0);
    CHECK(border < 1.0);
    CHECK(std::abs(x / mass - 14.0) < 2.5);
    CHECK(std::abs(y / mass - 14.0) < 2.5);
  }
}

// A nearest class mean knows nothing of handwriting: the classes must be told apart by their
// shapes.
TEST_CASE("the classes of glyphs differ") {
  const Dataset train = glyphs("digits", 1000);
  const Dataset test = glyphs("digits", 200, DataRole::test);
  std::vector<std::vector<double>> means(10, std::vector<double>(kPixels));
  for (std::size_t i = 0; i < 1000; ++i) {
    auto& mean = means[static_cast<std::size_t>(train.find("label")->integers[i])];
    for (std::size_t k = 0; k < kPixels; ++k) {
      mean[k] += static_cast<double>(image(train, i)[k]) / 100.0;
    }
  }
  int right = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    std::vector<double> distances;
    for (const auto& mean : means) {
      double distance = 0.0;
      for (std::size_t k = 0; k < kPixels; ++k) {
        const double off = static_cast<double>(image(test, i)[k]) - mean[k];
        distance += off * off;
      }
      distances.push_back(distance);
    }
    const auto nearest = std::ranges::min_element(distances) - distances.begin();
    if (nearest == test.find("label")->integers[i]) ++right;
  }
  CHECK(right > 100);  // chance: 20
}

TEST_CASE("glyphs want a number of images") {
  SetFields options;
  options.word_values["classes"] = "digits";
  const auto source = make_source("glyphs", options);
  const auto refuse = [&](const DataPart& part, const std::string& found) {
    CHECK_THROWS_WITH_AS(source->read(DataRole::train, {&part, nullptr}),
                         ("exp.yaml:3:5: data.d.train: expected a number of images such as 3000, "
                          "found " +
                          found)
                             .c_str(),
                         ConfigError);
  };
  refuse(number_part(0), "0");
  refuse(number_part(-3), "-3");
  refuse(number_part(0.5), "0.5");
  refuse(number_part(1e9), "1e+09");
  refuse(files_part({{"images", "f"}}), "files");
  CHECK_THROWS_WITH_AS(source->read(DataRole::test, {}),
                       "[glyphs] test: expected a number of images such as 3000, found nothing",
                       ConfigError);
}

}  // namespace espalier
