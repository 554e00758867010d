#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "data/support.hpp"

namespace espalier {

using data_tests::big_endian;
using data_tests::files_part;
using data_tests::idx_header;
using data_tests::make_source;
using data_tests::number_part;
using data_tests::SetFields;
using data_tests::TemporaryFolder;

namespace {

constexpr const char* kPlace = "exp.yaml:3:5: data.d.train";

std::string images_of(const std::vector<std::uint8_t>& levels, std::uint32_t side) {
  std::string bytes = idx_header(8, {static_cast<std::uint32_t>(levels.size()), side, side});
  for (const std::uint8_t level : levels)
    bytes += std::string(side * side, static_cast<char>(level));
  return bytes;
}

std::string labels_of(const std::vector<std::uint8_t>& labels) {
  return idx_header(8, {static_cast<std::uint32_t>(labels.size())}) +
         std::string(labels.begin(), labels.end());
}

SetFields options(const std::string& recipe, Index seed = 1, Index examples = 0) {
  SetFields set;
  set.word_values["recipe"] = recipe;
  set.integer_values["seed"] = seed;
  set.integer_values["train_examples"] = examples;
  return set;
}

/// Flat images of 28 x 28 whose brightness is their label times 20, and a second set of 4 images.
struct Sets {
  TemporaryFolder folder;
  std::string images = folder.write("i", images_of({20, 40, 60, 80, 100, 120}, 28));
  std::string labels = folder.write("l", labels_of({1, 2, 3, 4, 5, 6}));
  std::string second_images = folder.write("si", images_of({200, 220, 240, 255}, 28));
  std::string second_labels = folder.write("sl", labels_of({0, 1, 2, 3}));
  DataPart one = files_part({{"images", images}, {"label", labels}});
  DataPart two = files_part({{"images", images},
                             {"label", labels},
                             {"second_images", second_images},
                             {"second_label", second_labels}});

  Dataset read(const DataPart& part, const SetFields& set, DataRole role = DataRole::train) const {
    const DataParts parts =
        role == DataRole::train ? DataParts{&part, nullptr} : DataParts{nullptr, &part};
    return make_source("multi_mnist", set)->read(role, parts);
  }
};

const std::vector<std::int32_t>& labels(const Dataset& data, const char* name) {
  return data.find(name)->integers;
}

double pixel(const Dataset& data, Index example, Index row, Index column) {
  const ColumnData& images = *data.find("images");
  const Index side = images.sample[0];
  return static_cast<double>(
      images.reals[static_cast<std::size_t>((example * side + row) * side + column)]);
}

void check_refused(const DataPart& part, const std::string& sentence,
                   const SetFields& set = options("mgda")) {
  const auto source = make_source("multi_mnist", set);
  std::string found = "nothing refused";
  try {
    source->read(DataRole::train, {&part, nullptr});
  } catch (const Error& error) {
    found = error.what();
  }
  CHECK(found == sentence);
}

}  // namespace

TEST_CASE("multi_mnist of MGDA lays two images over each other, shrunk and standardised") {
  const Sets sets;
  const Dataset data = sets.read(sets.two, options("mgda"));
  CHECK(data.rows == 6);
  CHECK_FALSE(data.synthetic);
  CHECK(data.find("images")->sample == Shape{28, 28, 1});
  CHECK(labels(data, "left") == std::vector<std::int32_t>{1, 2, 3, 4, 5, 6});
  CHECK(data.find("left")->classes == 7);
  CHECK(data.find("right")->classes == 4);
  const auto standard = [](double byte) { return (byte / 255.0 - 0.1307) / 0.3081; };
  const double levels[] = {200, 220, 240, 255};
  for (Index i = 0; i < 6; ++i) {
    const double first = 20.0 * labels(data, "left")[static_cast<std::size_t>(i)];
    const double second = levels[labels(data, "right")[static_cast<std::size_t>(i)]];
    // Pixel p lies over canvas pixel floor((2 p + 1) 36 / 56): 4 over 5, 5 over 7, 21 over 27, 22
    // over 28, 26 over 34. The first image covers 0 to 27, the second 6 to 33 and is brighter.
    CHECK(pixel(data, i, 0, 0) == doctest::Approx(standard(first)));
    CHECK(pixel(data, i, 4, 21) == doctest::Approx(standard(first)));
    CHECK(pixel(data, i, 5, 4) == doctest::Approx(standard(first)));
    CHECK(pixel(data, i, 5, 5) == doctest::Approx(standard(second)));
    CHECK(pixel(data, i, 21, 21) == doctest::Approx(standard(second)));
    CHECK(pixel(data, i, 25, 25) == doctest::Approx(standard(second)));
    CHECK(pixel(data, i, 4, 22) == doctest::Approx(standard(0)));
    CHECK(pixel(data, i, 26, 10) == doctest::Approx(standard(0)));
  }
}

TEST_CASE("the larger pixel wins in MGDA's recipe, whichever image it is of") {
  const Sets sets;
  const DataPart swapped = files_part({{"images", sets.second_images},
                                       {"label", sets.second_labels},
                                       {"second_images", sets.images},
                                       {"second_label", sets.labels}});
  const Dataset data = sets.read(swapped, options("mgda"));
  CHECK(pixel(data, 0, 10, 10) == doctest::Approx((200 / 255.0 - 0.1307) / 0.3081));
}

TEST_CASE("multi_mnist of Pareto MTL moves both images and adds them") {
  const Sets sets;
  const Dataset data = sets.read(sets.two, options("pareto_mtl", 1, 400));
  CHECK(data.rows == 400);
  CHECK(data.find("images")->sample == Shape{36, 36, 1});
  const double levels[] = {200, 220, 240, 255};
  std::set<Index> tops, lefts, bottoms, rights;
  for (Index i = 0; i < data.rows; ++i) {
    const double first = 20.0 * labels(data, "left")[static_cast<std::size_t>(i)] / 255.0;
    const double second = levels[labels(data, "right")[static_cast<std::size_t>(i)]] / 255.0;
    CHECK(pixel(data, i, 18, 18) == doctest::Approx(std::min(1.0, first + second)));
    Index top = 0, left = 0, bottom = 35, right = 35;
    while (pixel(data, i, top, 18) == 0.0) ++top;
    while (pixel(data, i, 18, left) == 0.0) ++left;
    while (pixel(data, i, bottom, 18) == 0.0) --bottom;
    while (pixel(data, i, 18, right) == 0.0) --right;
    const bool same_place = top == bottom - 27 && left == right - 27;
    const double sum = std::min(1.0, first + second);
    CHECK(pixel(data, i, top, left) == doctest::Approx(same_place ? sum : first));
    CHECK(pixel(data, i, bottom, right) == doctest::Approx(same_place ? sum : second));
    tops.insert(top), lefts.insert(left), bottoms.insert(bottom), rights.insert(right);
  }
  CHECK(tops == std::set<Index>{0, 1, 2, 3, 4});
  CHECK(lefts == tops);
  CHECK(bottoms == std::set<Index>{31, 32, 33, 34, 35});
  CHECK(rights == bottoms);
}

TEST_CASE("Pareto MTL pairs unequal labels of one set, and any labels of two") {
  const Sets sets;
  const Dataset one = sets.read(sets.one, options("pareto_mtl", 1, 600));
  std::map<std::pair<int, int>, int> pairs;
  for (std::size_t i = 0; i < 600; ++i) {
    CHECK(labels(one, "left")[i] != labels(one, "right")[i]);
    ++pairs[{labels(one, "left")[i], labels(one, "right")[i]}];
  }
  CHECK(pairs.size() == 30);  // every pair of six labels, each about 20 times
  for (const auto& [pair, times] : pairs) CHECK(times >= 5);
  const Dataset two = sets.read(sets.two, options("pareto_mtl", 1, 600));
  std::set<std::pair<int, int>> found;
  for (std::size_t i = 0; i < 600; ++i)
    found.insert({labels(two, "left")[i], labels(two, "right")[i]});
  CHECK(found.size() == 24);
  // MGDA pairs any two images.
  const Dataset any = sets.read(sets.one, options("mgda", 1, 600));
  found.clear();
  for (std::size_t i = 0; i < 600; ++i)
    found.insert({labels(any, "left")[i], labels(any, "right")[i]});
  CHECK(found.size() == 36);
}

TEST_CASE("as many examples as the recipe says, or as are asked for") {
  const Sets sets;
  CHECK(sets.read(sets.one, options("mgda")).rows == 6);
  const Dataset twice = sets.read(sets.one, options("pareto_mtl"));
  CHECK(labels(twice, "left") == std::vector<std::int32_t>{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  SetFields set = options("mgda", 1, 3);
  set.integer_values["test_examples"] = 8;
  CHECK(sets.read(sets.one, set).rows == 3);
  CHECK(sets.read(sets.one, set, DataRole::test).rows == 8);
}

TEST_CASE("the pairs are a function of the seed, the part and the example's number") {
  const Sets sets;
  const auto images = [&](Index seed, Index examples, DataRole role = DataRole::train) {
    SetFields set = options("pareto_mtl", seed, examples);
    set.integer_values["test_examples"] = examples;
    return sets.read(sets.one, set, role);
  };
  const Dataset data = images(1, 50);
  const auto pixels = [](const Dataset& d) { return d.find("images")->reals; };
  CHECK(pixels(data) == pixels(images(1, 50)));
  CHECK(data.digest == images(1, 50).digest);
  CHECK(pixels(data) != pixels(images(2, 50)));
  CHECK(data.digest != images(2, 50).digest);
  CHECK(pixels(data) != pixels(images(1, 50, DataRole::test)));
  std::vector<real> more = pixels(images(1, 80));
  more.resize(pixels(data).size());
  CHECK(pixels(data) == more);
  SetFields defaults;
  defaults.integer_values["train_examples"] = 50;
  CHECK(pixels(sets.read(sets.one, defaults)) ==
        pixels(sets.read(sets.one, options("mgda", 1, 50))));
}

TEST_CASE("multi_mnist refuses parts that are not the files it needs") {
  const Sets sets;
  const std::string expected = std::string(kPlace) +
                               ": expected the files images and label, and second_images and "
                               "second_label where the second image comes from another set, found ";
  check_refused(files_part({{"images", sets.images}}), expected + "images");
  check_refused(
      files_part(
          {{"images", sets.images}, {"label", sets.labels}, {"second_images", sets.second_images}}),
      expected + "images, label, second_images");
  check_refused(files_part({{"images", sets.images}, {"label", sets.labels}, {"kind", "k"}}),
                expected + "images, kind, label");
  check_refused(
      number_part(300),
      std::string(kPlace) + ": expected files such as { images: F, label: F }, found 300");
  CHECK_THROWS_WITH_AS(
      make_source("multi_mnist")->read(DataRole::test, {&sets.one, nullptr}),
      "[multi_mnist] test: expected files such as { images: F, label: F }, found nothing",
      ConfigError);
}

TEST_CASE("multi_mnist refuses what cannot be overlaid") {
  const Sets sets;
  const auto with = [&](const char* name, const std::string& bytes) {
    DataPart part = sets.two;
    part.files[name].file = sets.folder.write("bad", bytes);
    return part;
  };
  const std::string bad = sets.folder.file("bad");
  check_refused(with("images", idx_header(8, {6, 3}) + std::string(18, 'a')),
                text::cat("[multi_mnist] ", bad,
                          ": expected grey images (n, height, width), found samples of shape (3)"));
  check_refused(with("images", idx_header(8, {6, 1, 1, 3}) + std::string(18, 'a')),
                text::cat("[multi_mnist] ", bad,
                          ": expected grey images (n, height, width), found "
                          "samples of shape (1, 1, 3)"));
  check_refused(
      with("second_images", idx_header(9, {4, 1, 1}) + std::string("\0\1\2\3", 4)),
      text::cat("[multi_mnist] ", bad, ": expected bytes, or numbers from 0 to 1, found 2"));
  check_refused(with("second_label", idx_header(8, {4, 1}) + std::string(4, 'a')),
                text::cat("[multi_mnist] ", bad,
                          ": expected whole labels, one a row, found samples of shape (1)"));
  check_refused(with("second_label", labels_of({1, 2, 3})),
                text::cat("[idx] ", bad, ": byte 4: expected 4 rows as in 'images', found 3"));
  check_refused(with("second_images", images_of({1, 2, 3, 4}, 27)),
                text::cat("[multi_mnist] ", bad,
                          ": expected images of 28 x 28 as in 'images', found 27 x 27"));
  const DataPart alone =
      files_part({{"images", sets.images},
                  {"label", sets.folder.write("same", labels_of({3, 3, 3, 3, 3, 3}))}});
  check_refused(alone,
                text::cat("[multi_mnist] ", sets.images,
                          ": expected images of two labels at least, found label 3 alone"),
                options("pareto_mtl"));
}

TEST_CASE("multi_mnist refuses more pixels than it will make, before it makes them") {
  const Sets sets;
  check_refused(sets.one,
                text::cat("[multi_mnist] ", sets.images,
                          ": expected at most 4294967296 pixels in all examples, found 10000000 x "
                          "28 x 28"),
                options("mgda", 1, 10'000'000));
}

TEST_CASE("multi_mnist of real images has the size of its recipe") {
  const char* const root = std::getenv("ESPALIER_DATA");
  if (root == nullptr) {
    MESSAGE("skipped: ESPALIER_DATA is not set");
    return;
  }
  const auto folder = [&](const char* name) { return text::cat(root, "/", name, "/"); };
  const DataPart part =
      files_part({{"images", folder("mnist") + "t10k-images-idx3-ubyte.gz"},
                  {"label", folder("mnist") + "t10k-labels-idx1-ubyte.gz"},
                  {"second_images", folder("fashion_mnist") + "t10k-images-idx3-ubyte.gz"},
                  {"second_label", folder("fashion_mnist") + "t10k-labels-idx1-ubyte.gz"}});
  const Dataset data =
      make_source("multi_mnist", options("pareto_mtl"))->read(DataRole::test, {nullptr, &part});
  CHECK(data.rows == 20000);
  CHECK(data.find("images")->sample == Shape{36, 36, 1});
  CHECK(data.find("left")->classes == 10);
  CHECK(data.find("right")->classes == 10);
}

}  // namespace espalier
