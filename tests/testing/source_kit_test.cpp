#include <limits>

#include "testing/right_plugins.hpp"

/// The kit's checks of sources: a right one passes, and each wrong one is caught by one check
/// alone.
namespace espalier::test {

namespace {

using testing::Report;
using Names = std::vector<std::string>;

class TooFewNumbers : public RightSource {
  void finish(Dataset& data, DataRole) const override { data.columns[0].reals.pop_back(); }
};
class LabelOutOfRange : public RightSource {
  void finish(Dataset& data, DataRole) const override { data.columns[1].integers[3] = 2; }
};
class NanInput : public RightSource {
  void finish(Dataset& data, DataRole) const override {
    data.columns[0].reals[5] = std::numeric_limits<real>::quiet_NaN();
  }
};
class NoInput : public RightSource {
  void finish(Dataset& data, DataRole) const override { data.columns[0].name = "points"; }
};
class OtherClasses : public RightSource {
  void finish(Dataset& data, DataRole role) const override {
    if (role == DataRole::test) data.columns[1].classes = 3;
  }
};
/// Makes test data that nobody asked for.
class Eager : public RightSource {
  Dataset read(DataRole role, const DataParts& parts) const override {
    DataParts both = parts;
    if (both.test == nullptr) both.test = both.train;
    return RightSource::read(role, both);
  }
};

/// Rows in pairs.
class EvenOnly : public RightSource {
  void finish(Dataset& data, DataRole) const override {
    if (data.rows % 2 == 0) return;
    ++data.rows;
    data.columns[0].reals.resize(static_cast<std::size_t>(2 * data.rows));
    data.columns[1].integers.resize(static_cast<std::size_t>(data.rows));
  }
};

/// Another first number each time.
class Drifts : public RightSource {
  void finish(Dataset& data, DataRole) const override {
    data.columns[0].reals[0] += static_cast<real>(++reads_);
  }
  mutable int reads_ = 0;
};
class DifferentObjects : public RightSource {
 public:
  DifferentObjects() : number_(++made()) {}

 private:
  void finish(Dataset& data, DataRole) const override {
    data.columns[0].reals[0] += static_cast<real>(number_);
  }
  static int& made() {
    static int count = 0;
    return count;
  }
  int number_;
};

class OneStream : public RightSource {
  RandomStream stream(std::uint64_t seed, DataRole) const override { return {seed, "one"}; }
};
class NoSeed : public RightSource {
  RandomStream stream(std::uint64_t, DataRole role) const override {
    return {1, role == DataRole::train ? "a" : "b"};
  }
};

class SameDigest : public RightSource {
  void finish(Dataset& data, DataRole) const override { data.digest = "points"; }
};
/// Of everything but the option `squared`.
class DigestOfLabels : public RightSource {
  void finish(Dataset& data, DataRole role) const override {
    data.digest = role == DataRole::train ? "train" : "test";
    for (const std::int32_t label : data.columns[1].integers) data.digest += std::to_string(label);
  }
};

template <class Class>
Report sourced(const testing::Options& options = {}, const testing::SourceSetting& setting = {}) {
  return testing::check_source(kInfo<Class>, options, setting);
}

}  // namespace

TEST_CASE("a source with nothing wrong passes every check") {
  CHECK(failures(sourced<RightSource>()) == Names{});
  CHECK(failures(sourced<RightSource>({{"squared", true}, {"at", 0.25}, {"seed", 7}})) == Names{});
  CHECK(failures(sourced<RightSource>({}, {.test = std::nullopt})) == Names{});
  const Report report = sourced<RightSource>();
  CHECK(report.size() == 7);
  CHECK(result_of(report, "seed").kind == testing::Result::Kind::passed);
  CHECK(result_of(report, "static_dynamic").kind == testing::Result::Kind::skipped);
}

TEST_CASE("columns that do not fit") {
  caught(sourced<TooFewNumbers>(), "columns",
         "expected no error, found: [plugin tried] read: expected column 'inputs' to hold 120 ");
  caught(sourced<LabelOutOfRange>(), "columns",
         "expected no error, found: [plugin tried] read: expected labels from 0 to 1, ");
  caught(sourced<NanInput>(), "columns",
         "expected no error, found: [plugin tried] read: expected finite numbers in column ");
  caught(sourced<NoInput>(), "columns",
         "expected a column 'images' or 'inputs', which the trunk reads, found points, label");
  caught(sourced<OtherClasses>(), "columns",
         "expected the same columns in the training and the test data, found that column 2 is "
         "'label' ((1) integers, 2 classes) and 'label' ((1) integers, 3 classes)");
  caught(sourced<Eager>(), "columns",
         "expected no test rows where nobody asks for test data, found 60");
}

TEST_CASE("a number of rows that nobody asked for") {
  caught(sourced<EvenOnly>(), "rows", "expected 1 rows of 'train: 1', found 2");
}

TEST_CASE("data that is not the same again") {
  caught(sourced<Drifts>(), "determinism",
         "expected the same data from reading twice, found that row 0 of 'inputs' holds ");
  caught(sourced<DifferentObjects>(), "determinism",
         "expected the same data from two objects made alike, found that row 0 of 'inputs' holds ");
}

TEST_CASE("test data that is training data") {
  caught(sourced<OneStream>(), "test_rows",
         "expected test rows that are not training rows, found that all 30 are");
}

TEST_CASE("a seed that changes nothing") {
  caught(sourced<NoSeed>(), "seed",
         "expected other training rows with seed 2 instead of 1, found the same");
  const Report report = sourced<NoSeed>({}, {.seed = "number"});
  CHECK(failures(report) == Names{});
  CHECK(result_of(report, "seed").sentence == "there is no option 'number'");
}

TEST_CASE("a digest that names other data too") {
  caught(sourced<SameDigest>(), "digest",
         "expected another digest for the test data, found that of the training data");
  caught(sourced<DigestOfLabels>(), "digest",
         "expected another digest for the other data of squared true instead of false, found ");
}

TEST_CASE("a part is read for tests of one's own") {
  const Dataset data = testing::read_part(kInfo<RightSource>, DataRole::test, {{"at", 1.0}},
                                          {.test = testing::number_part(5)});
  CHECK(data.rows == 5);
  CHECK(data.find("label")->integers == std::vector<std::int32_t>(5, 0));
  CHECK_THROWS_WITH_AS(
      testing::read_part(kInfo<RightSource>, DataRole::train, {},
                         {.train = testing::file_part({{"images", "/tmp/none"}})}),
      "[plugin tried] read: [testing]: expected a number of points such as 20, found files",
      ConfigError);
}

TEST_CASE("a task is no source") {
  const Report report = testing::check_source(kInfo<RightTask>);
  CHECK(failures(report) == Names{"options"});
  CHECK(report[0].sentence ==
        "[plugin tried] expected a plugin that contributes a source, found one that contributes a "
        "task");
}

#ifndef ESPALIER_REAL_DOUBLE
TEST_CASE("a source's library that is not what is linked is told") {
  static constexpr PluginInfo kOther = plugin_info<RightSource>("throws_in_read", "not that one");
  caught(testing::check_source(kOther, {}, {.plugin_folders = {ESPALIER_BAD_PLUGINS}}),
         "static_dynamic", "expected no error, found: ");
}
#endif

}  // namespace espalier::test
