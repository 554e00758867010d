#include "data/npy.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include "core/text.hpp"
#include "data/support.hpp"
#include "espalier/error.hpp"

namespace espalier {

using data_tests::TemporaryFolder;

namespace {

const std::string kGood = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";

template <class Number>
std::string little_endian(Number number) {
  std::string bytes(sizeof(Number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(Number));
  return bytes;
}

template <class Number>
std::string packed(const std::vector<Number>& numbers) {
  std::string bytes;
  for (const Number number : numbers) bytes += little_endian(number);
  return bytes;
}

/// Magic, version, length, and the dictionary padded as NumPy pads it.
std::string header(std::string dictionary, char version = 1) {
  const std::size_t start = version == 1 ? 10 : 12;
  while ((start + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
  dictionary += '\n';
  const std::size_t size = dictionary.size();
  return std::string("\x93NUMPY") + version + '\0' +
         (version == 1 ? little_endian(static_cast<std::uint16_t>(size))
                       : little_endian(static_cast<std::uint32_t>(size))) +
         dictionary;
}

const std::vector<double> kNumbers = {1, -2.5, 1e300, 0, 5, 6};

Matrix parse(const std::string& bytes) { return parse_npy(bytes, "[npy] f"); }

void check_refused(const std::string& bytes, const std::string& sentence) {
  CHECK_THROWS_WITH_AS(parse(bytes), ("[npy] f: " + sentence).c_str(), DataError);
}

/// The numbers fit; the dictionary does not do.
void check_dictionary_refused(const std::string& dictionary, const std::string& sentence) {
  check_refused(header(dictionary) + packed(kNumbers), sentence);
}

}  // namespace

TEST_CASE("npy reads doubles and floats of all versions") {
  for (const char version : {'\1', '\2', '\3'}) {
    const Matrix doubles = parse(header(kGood, version) + packed(kNumbers));
    CHECK(doubles.rows == 2);
    CHECK(doubles.columns == 3);
    CHECK(doubles.numbers == kNumbers);
  }
  const Matrix floats =
      parse(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }") +
            packed<float>({0.5F, -3.25F}));
  CHECK(floats.numbers == std::vector<double>{0.5, -3.25});
}

TEST_CASE("npy takes the dictionary's keys in any order, either quote, any spacing") {
  for (const char* dictionary :
       {R"({"shape":(2,3),"fortran_order":False,"descr":"<f8"})",
        "{ 'fortran_order' : False ,\n 'descr' : '<f8', 'shape' : ( 2 , 3 , ) , }",
        "{'descr':'<f8','shape':(002,3),'fortran_order':False}"}) {
    CHECK(parse(header(dictionary) + packed(kNumbers)).numbers == kNumbers);
  }
}

TEST_CASE("npy refuses what is no npy file, with the byte") {
  check_refused("", "byte 0: expected the rest of the NPY header, found the end of the file");
  check_refused("\x93NUM",
                "byte 4: expected the rest of the NPY header, found the end of the file");
  check_refused("PK\3\4 an archive of arrays",
                "byte 0: expected '\\x93NUMPY', which begins a .npy file, found 'PK\\x03\\x04 a'");
  std::string bytes = header(kGood) + packed(kNumbers);
  bytes[6] = 4;
  check_refused(bytes, "byte 6: expected NPY version 1.0, 2.0 or 3.0, found 4.0");
  bytes[6] = 1;
  bytes[7] = 1;
  check_refused(bytes, "byte 6: expected NPY version 1.0, 2.0 or 3.0, found 1.1");
  check_refused(header(kGood).substr(0, 9),
                "byte 9: expected the rest of the NPY header, found the end of the file");
  check_refused(header(kGood, 3).substr(0, 11),
                "byte 11: expected the rest of the NPY header, found the end of the file");
}

TEST_CASE("npy refuses headers longer than the file before it looks at them") {
  check_refused(header(kGood).substr(0, 60), "byte 8: expected a header of 118 bytes, found 50");
  std::string bytes = header(kGood, 2) + packed(kNumbers);
  for (std::size_t i = 8; i < 12; ++i) bytes[i] = '\xff';
  check_refused(bytes, "byte 8: expected a header of 4294967295 bytes, found 164");
}

TEST_CASE("npy refuses dictionaries that are none") {
  check_dictionary_refused("",
                           "byte 64: expected '{' in the NPY header, found the end of the header");
  check_dictionary_refused("[1, 2]",
                           "byte 10: expected '{' in the NPY header, found '[1, 2]      '");
  check_dictionary_refused(
      "{descr: 1}", "byte 11: expected a text in quotes in the NPY header, found 'descr: 1}   '");
  check_dictionary_refused("{'descr",
                           "byte 11: expected a closing quote in the NPY header, found "
                           "'\\'descr      '");
  check_dictionary_refused("{'descr' '<f8'}",
                           "byte 19: expected ':' in the NPY header, found '\\'<f8\\'}      '");
  check_dictionary_refused("{'descr': '<f8' 'shape'",
                           "byte 26: expected '}' in the NPY header, found '\\'shape\\'     '");
  check_dictionary_refused(kGood + "{",
                           "byte 69: expected nothing but spaces after the NPY header's "
                           "dictionary, found '{           '");
}

TEST_CASE("npy refuses keys that are missing, doubled or unknown") {
  check_dictionary_refused(
      "{'descr': '<f8', 'shape': (2, 3)}",
      "byte 43: expected 'descr', 'fortran_order' and 'shape' in the NPY header, "
      "found '            '");
  const std::string once =
      "expected each of 'descr', 'fortran_order' and 'shape' once in the NPY header, found ";
  check_dictionary_refused("{'descr': '<f8', 'descr': '<f8'}", "byte 27: " + once + "'descr'");
  check_dictionary_refused("{'shape': (2, 3), 'shape': (2, 3)}", "byte 28: " + once + "'shape'");
  check_dictionary_refused("{'order': 'C'}", "byte 11: " + once + "'order'");
}

TEST_CASE("npy refuses numbers of other types and orders") {
  for (const char* type : {">f8", "<i8", "|O", "<f2", "<c16", ""}) {
    check_dictionary_refused(
        text::cat("{'descr': '", type, "', 'fortran_order': False, 'shape': (2, 3), }"),
        text::cat("byte 20: expected numbers of type '<f4' or '<f8' (float32, float64), found '",
                  type, "'"));
  }
  check_dictionary_refused("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2, 3), }",
                           "byte 20: expected a text in quotes in the NPY header, found "
                           "'[(\\'x\\', \\'<f8\\''");
  check_dictionary_refused(
      "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }",
      "byte 27: expected numbers in C order, found 'fortran_order': True; save "
      "numpy.ascontiguousarray(J)");
  check_dictionary_refused("{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 3), }",
                           "byte 44: expected True or False for 'fortran_order', found "
                           "'0, \\'shape\\': '");
}

TEST_CASE("npy refuses shapes that are no matrix") {
  const auto with_shape = [](const std::string& shape) {
    return text::cat("{'descr': '<f8', 'fortran_order': False, 'shape': ", shape, ", }");
  };
  for (const char* shape : {"()", "(6,)", "(1, 2, 3)", "(0, 6)", "(6, 0)", "(0, 0)"}) {
    check_dictionary_refused(
        with_shape(shape),
        text::cat("byte 60: expected two axes (rows, columns) of at least 1, found shape ", shape));
  }
  check_dictionary_refused(with_shape("6"),
                           "byte 60: expected '(' in the NPY header, found '6, }        '");
  check_dictionary_refused(with_shape("(2 3)"),
                           "byte 63: expected ')' in the NPY header, found '3), }       '");
  const std::string extent = "expected an extent of at least 0 in 'shape', found ";
  check_dictionary_refused(with_shape("(-2, 3)"), "byte 61: " + extent + "'-2, 3), }   '");
  check_dictionary_refused(with_shape("(, 3)"), "byte 61: " + extent + "', 3), }     '");
  check_dictionary_refused(with_shape("(9223372036854775808, 3)"),
                           "byte 61: " + extent + "'922337203685'");
  std::string many = "(";
  for (int i = 0; i < 33; ++i) many += "1,";
  check_dictionary_refused(with_shape(many + ")"),
                           "byte 125: expected at most 32 axes, found '1,), }      '");
}

TEST_CASE("npy refuses a file that holds less or more than its header promises") {
  const std::string good = header(kGood) + packed(kNumbers);
  const std::string promise = "byte 60: header promises 2 x 3 numbers of 8 bytes, file holds ";
  check_refused(good.substr(0, good.size() - 1), promise + "47 bytes");
  check_refused(header(kGood), promise + "0 bytes");
  check_refused(good + "x", promise + "49 bytes");
  // Products beyond 64 bits, with nothing allocated for them.
  for (const char* shape : {"(9223372036854775807, 9223372036854775807)",
                            "(4294967296, 4294967296)", "(1, 9223372036854775807)"}) {
    const std::string bytes =
        header(text::cat("{'descr': '<f8', 'fortran_order': False, 'shape': ", shape, ", }"));
    CHECK_THROWS_AS(parse(bytes + packed(kNumbers)), DataError);
  }
}

TEST_CASE("npy refuses numbers that are not finite") {
  std::vector<double> numbers = kNumbers;
  numbers[4] = std::numeric_limits<double>::quiet_NaN();
  check_refused(header(kGood) + packed(numbers),
                "byte 160: expected a finite number, found nan in row 1");
  numbers[0] = -std::numeric_limits<double>::infinity();
  check_refused(header(kGood) + packed(numbers),
                "byte 128: expected a finite number, found -inf in row 0");
}

TEST_CASE("npy files are read from the disk") {
  const TemporaryFolder folder;
  const std::string file = folder.write("j.npy", header(kGood) + packed(kNumbers));
  CHECK(read_npy(file).numbers == kNumbers);
  CHECK_THROWS_AS(read_npy(folder.file("nowhere.npy")), DataError);
}

}  // namespace espalier
