// A data source of one's own: two half circles that reach into each other. Two tasks can learn from
// it, which moon a point is of and where on it. Explained in docs/add-a-source.md.
#include <cmath>
#include <numbers>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

class TwoMoons final : public Source {
 public:
  void fields(Fields& f) override {
    f.number({"noise", "standard deviation added to each coordinate"}, noise_, {.at_least = 0.0});
    f.integer({"seed", "seed of the points"}, seed_, {.at_least = 0});
  }

  Dataset read(DataRole role, const DataParts& parts) const override {
    const bool train = role == DataRole::train;
    const DataPart* const part = parts.of(role);
    if (part == nullptr && !train) return {};  // nobody asked for test data
    if (part == nullptr) throw ConfigError("[two_moons] expected 'train: 500', found none");
    Dataset data;
    data.rows = counted_rows(*part, "a number of points such as 500");
    data.synthetic = true;
    ColumnData inputs{.name = "inputs", .sample = {2}};
    ColumnData moon{.name = "label", .sample = {1}, .dtype = Dtype::integer, .classes = 2};
    ColumnData angle{.name = "angle", .sample = {1}};
    RandomStream random(static_cast<std::uint64_t>(seed_), train ? "moons/train" : "moons/test");
    for (Index row = 0; row < data.rows; ++row) {
      const bool upper = row % 2 == 0;
      const double turn = std::numbers::pi * random.uniform();
      const double x = upper ? std::cos(turn) : 1.0 - std::cos(turn);
      const double y = upper ? std::sin(turn) : 0.5 - std::sin(turn);
      inputs.reals.push_back(static_cast<real>(x + noise_ * random.normal()));
      inputs.reals.push_back(static_cast<real>(y + noise_ * random.normal()));
      moon.integers.push_back(upper ? 0 : 1);
      angle.reals.push_back(static_cast<real>(turn));
    }
    data.columns = {std::move(inputs), std::move(moon), std::move(angle)};
    return data;
  }

 private:
  double noise_ = 0.1;
  Index seed_ = 1;
};

}  // namespace

ESPALIER_PLUGIN(TwoMoons, "two_moons", "two half circles in the plane: which one, and where on it");
