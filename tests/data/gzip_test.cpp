#include "data/gzip.hpp"

#include <doctest/doctest.h>

#include "data/support.hpp"

namespace espalier {

using data_tests::gzip;

namespace {

const std::string kWhere = "[test] f.gz";

std::string long_text() {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i * 7919 % 10007);
  return text;
}

}  // namespace

TEST_CASE("plain bytes pass unchanged") {
  CHECK(inflate_all("hello", kWhere, 5) == "hello");
  CHECK(inflate_all("", kWhere, 5).empty());
  ByteStream stream(kWhere, "hello");
  CHECK_FALSE(stream.compressed());
  CHECK(stream.at_most_left() == 5);
  std::string out(3, ' ');
  CHECK(stream.read(out) == 3);
  CHECK(out == "hel");
  CHECK(stream.position() == 3);
  CHECK(stream.read(out) == 2);
  CHECK(stream.read(out) == 0);
}

TEST_CASE("gzip is known by its bytes and inflated") {
  const std::string text = long_text();
  CHECK(inflate_all(gzip(text), kWhere, text.size()) == text);
  CHECK(inflate_all(gzip(""), kWhere, 0).empty());
  ByteStream stream(kWhere, gzip("abc"));
  CHECK(stream.compressed());
}

TEST_CASE("members of gzip follow each other") {
  const std::string bytes = gzip("one ") + gzip("") + gzip("two");
  CHECK(inflate_all(bytes, kWhere, 100) == "one two");
  ByteStream stream(kWhere, bytes);
  std::string out(5, ' ');
  CHECK(stream.read(out) == 5);
  CHECK(out == "one t");
}

TEST_CASE("what can be left of a gzip file is bounded by deflate's greatest ratio") {
  const std::string zeros(1000000, '\0');
  const std::string bytes = gzip(zeros);
  ByteStream stream(kWhere, bytes);
  CHECK(stream.at_most_left() == 1032 * bytes.size());
  CHECK(stream.at_most_left() >= zeros.size());
}

TEST_CASE("a limit of the content is kept") {
  CHECK_THROWS_WITH_AS(inflate_all("hello", kWhere, 4),
                       "[test] f.gz: expected at most 4 B of content, found more", DataError);
  CHECK_THROWS_WITH_AS(inflate_all(gzip(std::string(1U << 22U, 'x')), kWhere, 1U << 20U),
                       "[test] f.gz: expected at most 1.0 MiB of content, found more", DataError);
}

TEST_CASE("every truncation of a gzip file is found") {
  const std::string bytes = gzip("some text to be cut off");
  for (std::size_t size = 2; size < bytes.size(); ++size) {
    const std::string expected = text::cat("[test] f.gz: byte ", size,
                                           ": expected more gzip data, found the end of the file");
    CHECK_THROWS_WITH_AS(inflate_all(bytes.substr(0, size), kWhere, 1000), expected.c_str(),
                         DataError);
  }
}

TEST_CASE("garbage behind gzip data is refused") {
  const std::string bytes = gzip("text");
  const std::string at = std::to_string(bytes.size());
  CHECK_THROWS_WITH_AS(inflate_all(bytes + "xyz", kWhere, 1000),
                       ("[test] f.gz: byte " + at +
                        ": expected the end of the file behind the gzip data, found 3 bytes more")
                           .c_str(),
                       DataError);
  CHECK_THROWS_WITH_AS(inflate_all(bytes + '\x1f', kWhere, 1000),
                       ("[test] f.gz: byte " + at +
                        ": expected the end of the file behind the gzip data, found 1 byte more")
                           .c_str(),
                       DataError);
}

TEST_CASE("damaged gzip data are refused") {
  std::string bytes = gzip("text");
  bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);  // the checksum
  CHECK_THROWS_WITH_AS(inflate_all(bytes, kWhere, 1000),
                       ("[test] f.gz: byte " + std::to_string(bytes.size() - 4) +
                        ": expected sound gzip data, found incorrect data check")
                           .c_str(),
                       DataError);
  std::string method = gzip("text");
  method[2] = 7;
  CHECK_THROWS_WITH_AS(
      inflate_all(method, kWhere, 1000),
      "[test] f.gz: byte 4: expected sound gzip data, found unknown compression method", DataError);
}

}  // namespace espalier
