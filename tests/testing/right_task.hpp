#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "espalier/testing.hpp"

namespace espalier::test {

/// Classification with nothing wrong: the tasks of the tests are wrong in one way each.
class RightTask : public Task {
 public:
  void fields(Fields& f) override { f.integer({"hidden", "units"}, hidden_, {.at_least = 1}); }
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer) throw DataError("expected labels");
    classes_ = column.classes;
  }
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", tanh(net, linear(net, "hidden", features, {.units = hidden_})),
                  {.units = classes_});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(make_accuracy());
    return made;
  }

 protected:
  Index hidden_ = 6;
  Index classes_ = 0;
};

/// Names of the checks that failed.
inline std::vector<std::string> failures(const testing::Report& report) {
  std::vector<std::string> names;
  for (const testing::Result& result : report) {
    if (result.kind == testing::Result::Kind::failed) names.push_back(result.check);
  }
  return names;
}

inline const testing::Result& result_of(const testing::Report& report, const std::string& check) {
  return *std::ranges::find(report, check, &testing::Result::check);
}

template <class Class>
constexpr PluginInfo kInfo = plugin_info<Class>("tried", "a plugin of the kit's own tests");

template <class Class>
testing::Report tried(const testing::Options& options = {},
                      const testing::TaskSetting& setting = {}) {
  return testing::check_task(kInfo<Class>, options, setting);
}

}  // namespace espalier::test
