// The source my_name: points on spiral arms in the plane. Two tasks can learn from them: which arm
// a point is on, and how far out.
#include <cmath>
#include <numbers>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// A point of arm k at distance r: r (cos a, sin a) + noise, a = 2 pi (k / arms + turns r).
class MyNameSource final : public espalier::Source {
 public:
  // The options in YAML: name, meaning, variable (its value is the default), limits.
  void fields(Fields& f) override {
    f.integer({"arms", "spirals"}, arms_, {.at_least = 2});
    f.number({"turns", "of each, from the centre to its end"}, turns_, {.at_least = 0.0});
    f.number({"noise", "standard deviation added to each coordinate"}, noise_, {.at_least = 0.0});
    f.integer({"seed", "seed of the points"}, seed_, {.at_least = 0});
  }

  // Makes the training data or the test data: a number of rows, as named columns.
  Dataset read(DataRole role, const DataParts& parts) const override {
    const bool train = role == DataRole::train;
    const DataPart* const part = parts.of(role);
    if (part == nullptr && !train) return {};  // nobody asked for test data
    if (part == nullptr) throw ConfigError("[my_name] expected 'train: 500', found none");
    Dataset data;
    data.rows = counted_rows(*part, "a number of points such as 500");
    data.synthetic = true;
    // The trunk reads `inputs`; a task learns any other column, `label` where it names none.
    ColumnData inputs{.name = "inputs", .sample = {2}};
    ColumnData arm{.name = "label", .sample = {1}, .dtype = Dtype::integer, .classes = arms_};
    ColumnData radius{.name = "radius", .sample = {1}};
    // A stream of its own for each part: the test points are not the training points.
    const char* const stream = train ? "my_name/train" : "my_name/test";
    RandomStream random(static_cast<std::uint64_t>(seed_), stream);
    for (Index row = 0; row < data.rows; ++row) {
      const Index k = row % arms_;
      const double r = 0.1 + 0.9 * random.uniform();
      const double share = static_cast<double>(k) / static_cast<double>(arms_);
      const double a = 2.0 * std::numbers::pi * (share + turns_ * r);
      inputs.reals.push_back(static_cast<real>(r * std::cos(a) + noise_ * random.normal()));
      inputs.reals.push_back(static_cast<real>(r * std::sin(a) + noise_ * random.normal()));
      arm.integers.push_back(static_cast<std::int32_t>(k));
      radius.reals.push_back(static_cast<real>(r));
    }
    data.columns = {std::move(inputs), std::move(arm), std::move(radius)};
    return data;
  }

 private:
  Index arms_ = 2;
  double turns_ = 1.0;
  double noise_ = 0.02;
  Index seed_ = 1;
};

}  // namespace

ESPALIER_PLUGIN(MyNameSource, "my_name", "points on spiral arms: which arm, and how far out");
