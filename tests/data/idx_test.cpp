#include "data/idx.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdlib>

#include "core/file.hpp"
#include "data/support.hpp"

namespace espalier {

using data_tests::big_endian;
using data_tests::files_part;
using data_tests::gzip;
using data_tests::idx_header;
using data_tests::make_source;
using data_tests::number_part;
using data_tests::SetFields;
using data_tests::TemporaryFolder;

namespace {

const std::string kWhere = "[idx] f";
constexpr double kScale = 1.0 / 255.0;

IdxColumn parse(const std::string& bytes) { return parse_idx(bytes, kWhere, kScale); }

const std::string kTwoImages = idx_header(8, {2, 2, 3}) + std::string("\0\1\2\3\4\5", 6) +
                               std::string("\xff\xfe\x80\x40\x20\x10", 6);

void check_refused(const std::string& bytes, const std::string& sentence) {
  CHECK_THROWS_WITH_AS(parse(bytes), ("[idx] f: " + sentence).c_str(), DataError);
}

}  // namespace

TEST_CASE("idx images are scaled to [0, 1] and have one channel") {
  for (const std::string& bytes : {kTwoImages, gzip(kTwoImages)}) {
    const IdxColumn column = parse(bytes);
    CHECK(column.rows == 2);
    CHECK(column.data.dtype == Dtype::floating);
    CHECK(column.data.sample == Shape{2, 3, 1});
    REQUIRE(column.data.reals.size() == 12);
    CHECK(column.data.reals[1] == static_cast<real>(1.0 / 255.0));
    CHECK(column.data.reals[6] == real{1});
    CHECK(column.data.reals[8] == static_cast<real>(128.0 / 255.0));
  }
}

TEST_CASE("idx keeps channels, and rows of two axes") {
  const IdxColumn colour = parse(idx_header(8, {1, 1, 2, 3}) + "abcdef");
  CHECK(colour.data.sample == Shape{1, 2, 3});
  const IdxColumn rows = parse_idx(idx_header(8, {2, 3}) + "abcdef", kWhere, 1.0);
  CHECK(rows.data.sample == Shape{3});
  CHECK(rows.data.reals == std::vector<real>{97, 98, 99, 100, 101, 102});
}

TEST_CASE("idx labels are whole numbers with classes") {
  const IdxColumn bytes = parse(idx_header(8, {3}) + std::string("\0\x19\2", 3));
  CHECK(bytes.rows == 3);
  CHECK(bytes.data.dtype == Dtype::integer);
  CHECK(bytes.data.sample == Shape{1});
  CHECK(bytes.data.integers == std::vector<std::int32_t>{0, 25, 2});
  CHECK(bytes.data.classes == 26);

  const IdxColumn words =
      parse(idx_header(0x0C, {2}) + big_endian(70000, 4) + big_endian(0xffffffff, 4));
  CHECK(words.data.integers == std::vector<std::int32_t>{70000, -1});
  CHECK(words.data.classes == 70001);
  check_refused(idx_header(9, {2}) + std::string("\1\xfe", 2),
                "byte 9: expected a label of at least -1 (missing), found -2");
}

TEST_CASE("idx reads every element type, big endian, unscaled") {
  const auto first = [](const std::string& bytes) {
    const IdxColumn column = parse(bytes);
    CHECK(column.data.dtype == Dtype::floating);
    CHECK(column.data.reals.size() == 1);
    return static_cast<double>(column.data.reals.front());
  };
  CHECK(first(idx_header(0x09, {1, 1}) + big_endian(0xfe, 1)) == -2.0);
  CHECK(first(idx_header(0x0B, {1, 1}) + big_endian(0xfffd, 2)) == -3.0);
  CHECK(first(idx_header(0x0C, {1, 1}) + big_endian(0xfffffffc, 4)) == -4.0);
  const auto half = std::bit_cast<std::uint32_t>(0.5F);
  CHECK(first(idx_header(0x0D, {1, 1}) + big_endian(half, 4)) == 0.5);
  CHECK(first(idx_header(0x0D, {1}) + big_endian(half, 4)) == 0.5);
  const auto quarter = std::bit_cast<std::uint64_t>(-0.25);
  CHECK(first(idx_header(0x0E, {1, 1}) + big_endian(quarter, 8)) == -0.25);
}

TEST_CASE("idx refuses numbers that are not finite") {
  const auto nan = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::quiet_NaN());
  check_refused(idx_header(0x0D, {1, 2}) + big_endian(0, 4) + big_endian(nan, 4),
                "byte 16: expected a finite number, found nan");
  const auto inf = std::bit_cast<std::uint64_t>(-std::numeric_limits<double>::infinity());
  check_refused(idx_header(0x0E, {1}) + big_endian(inf, 8),
                "byte 8: expected a finite number, found -inf");
}

TEST_CASE("idx refuses headers that are wrong, with the byte") {
  check_refused("", "byte 0: expected the rest of the IDX header, found the end of the data");
  check_refused(big_endian(0x0801, 4) + "ab",
                "byte 6: expected the rest of the IDX header, found the end of the data");
  check_refused("PK\3\4",
                "byte 0: expected the two zero bytes that begin an IDX file, found 0x50 0x4b");
  check_refused(big_endian(0x0A01, 4) + big_endian(1, 4) + "a",
                "byte 2: expected an element type (0x08 ubyte, 0x09 byte, 0x0b short, 0x0c int, "
                "0x0d float or 0x0e double), found 0x0a");
  check_refused(big_endian(0x0800, 4), "byte 3: expected 1 to 4 axes, found 0");
  check_refused(idx_header(8, {1, 1, 1, 1, 1}) + "a", "byte 3: expected 1 to 4 axes, found 5");
  check_refused(idx_header(8, {0, 28, 28}),
                "byte 4: expected axes of at least 1, found 0 x 28 x 28");
}

TEST_CASE("idx refuses axes whose product is beyond any file") {
  check_refused(idx_header(0x0E, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}),
                "byte 4: expected at most 16.0 GiB of data, found axes of 4294967295 x 4294967295 "
                "x 4294967295 x 4294967295");
  check_refused(idx_header(0x0E, {0x80000001, 1}),
                "byte 4: expected at most 16.0 GiB of data, found axes of 2147483649 x 1");
}

TEST_CASE("idx refuses a file that holds less or more than its header promises") {
  check_refused(idx_header(8, {4}) + "abc", "byte 4: header promises 4 bytes, file holds 3");
  check_refused(idx_header(8, {3}) + "abcd", "byte 4: header promises 3 bytes, file holds 4");
  check_refused(idx_header(8, {2, 3, 3}) + "abcd",
                "byte 4: header promises 2 x 3 x 3 = 18 bytes, file holds 4");
  check_refused(idx_header(0x0B, {2}) + "abc", "byte 4: header promises 2 = 4 bytes, file holds 3");
}

TEST_CASE("idx refuses gzip that holds less or more than its header promises") {
  check_refused(gzip(idx_header(8, {40}) + "abc"),
                "byte 4: header promises 40 bytes, file holds 3");
  check_refused(gzip(idx_header(8, {3}) + "abcd"),
                "byte 4: header promises 3 bytes, file holds more");
  // Nothing is inflated where the compressed bytes cannot hold the promise.
  const std::string small = gzip(idx_header(8, {60000, 28, 28}) + "abc");
  check_refused(small, text::cat("byte 4: header promises 60000 x 28 x 28 = 47040000 bytes, file "
                                 "holds at most ",
                                 1032 * small.size() - 16));
}

TEST_CASE("idx refuses gzip that is cut off, damaged or followed by something") {
  const std::string bytes = gzip(kTwoImages);
  check_refused(
      bytes.substr(0, bytes.size() - 5),
      text::cat("byte ", bytes.size() - 5, ": expected more gzip data, found the end of the file"));
  check_refused(bytes + "x",
                text::cat("byte ", bytes.size(),
                          ": expected the end of the file behind the gzip data, found 1 byte "
                          "more"));
}

TEST_CASE("the idx source joins files of equal rows") {
  const TemporaryFolder folder;
  const std::string images = folder.write("images", kTwoImages);
  const std::string labels = folder.write("labels.gz", gzip(idx_header(8, {2}) + "\1\2"));
  const DataPart part = files_part({{"images", images}, {"label", labels}});
  const Dataset data = make_source("idx")->read(DataRole::train, {&part, nullptr});
  CHECK(data.rows == 2);
  CHECK_FALSE(data.synthetic);
  REQUIRE(data.columns.size() == 2);
  CHECK(data.find("images")->sample == Shape{2, 3, 1});
  CHECK(data.find("label")->classes == 3);
  CHECK(data.find("kind") == nullptr);
  CHECK(data.digest ==
        file::sha256(file::sha256(file::read(images)) + file::sha256(file::read(labels))));

  const DataPart alone = files_part({{"images", images}});
  SetFields options;
  options.number_values["scale"] = 2.0;
  const Dataset scaled = make_source("idx", options)->read(DataRole::test, {nullptr, &alone});
  CHECK(scaled.find("images")->reals[6] == real{510});
  CHECK(scaled.digest == file::sha256(kTwoImages));
}

TEST_CASE("the idx source refuses files of unequal rows, and parts that are no files") {
  const TemporaryFolder folder;
  const std::string images = folder.write("images", kTwoImages);
  const std::string labels = folder.write("labels", idx_header(8, {3}) + "\1\2\3");
  const auto source = make_source("idx");
  const DataPart part = files_part({{"images", images}, {"label", labels}});
  CHECK_THROWS_WITH_AS(
      source->read(DataRole::train, {&part, nullptr}),
      text::cat("[idx] ", labels, ": byte 4: expected 2 rows as in 'images', found 3").c_str(),
      DataError);
  CHECK_THROWS_WITH_AS(source->read(DataRole::test, {&part, nullptr}),
                       "[idx] test: expected files such as { images: F, label: F }, found nothing",
                       ConfigError);
  CHECK_THROWS_WITH_AS(source->read(DataRole::train, {}),
                       "[idx] train: expected files such as { images: F, label: F }, found nothing",
                       ConfigError);
  const DataPart number = number_part(3000);
  CHECK_THROWS_WITH_AS(source->read(DataRole::train, {&number, nullptr}),
                       "exp.yaml:3:5: data.d.train: expected files such as { images: F, label: F "
                       "}, found 3000",
                       ConfigError);
  const DataPart none = files_part({});
  CHECK_THROWS_WITH_AS(
      source->read(DataRole::train, {&none, nullptr}),
      "exp.yaml:3:5: data.d.train: expected files such as { images: F, label: F }, found none",
      ConfigError);
}

TEST_CASE("a missing file is named with the place that names it") {
  const TemporaryFolder folder;
  const std::string missing = folder.file("missing");
  DataPart part = files_part({{"images", missing}});
  const std::string reason =
      text::cat("[file] ", missing, ": cannot read: No such file or directory");
  CHECK_THROWS_WITH_AS(make_source("idx")->read(DataRole::train, {&part, nullptr}), reason.c_str(),
                       DataError);
  part.files["images"].place = "exp.yaml:4:7: data.d.train.images";
  CHECK_THROWS_WITH_AS(make_source("idx")->read(DataRole::train, {&part, nullptr}),
                       ("exp.yaml:4:7: data.d.train.images: " + reason).c_str(), DataError);
}

TEST_CASE("idx reads real images") {
  const char* const root = std::getenv("ESPALIER_DATA");
  if (root == nullptr) {
    MESSAGE("skipped: ESPALIER_DATA is not set");
    return;
  }
  const std::string folder = std::string(root) + "/letters_digits/";
  const DataPart part = files_part({{"images", folder + "test-images-idx3-ubyte.gz"},
                                    {"label", folder + "test-labels-idx1-ubyte.gz"},
                                    {"kind", folder + "test-kind-idx1-ubyte.gz"}});
  const Dataset data = make_source("idx")->read(DataRole::test, {nullptr, &part});
  CHECK(data.rows == 1000);
  CHECK(data.find("images")->sample == Shape{28, 28, 1});
  CHECK(data.find("label")->classes == 36);
  CHECK(data.find("kind")->classes == 2);
}

}  // namespace espalier
