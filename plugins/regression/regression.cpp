#include "espalier/plugin.hpp"

using namespace espalier;

namespace {

/// Any real target, one or several numbers an example: optional hidden layers and one linear output
/// for each number; RMSE, MAE and R2 over all of them.
class Regression final : public Task {
 public:
  void fields(Fields& f) override {
    static constexpr std::string_view kLosses[] = {"mse", "huber", "l1"};
    f.word({"loss", "squared error, Huber's loss, or absolute error"}, loss_, kLosses);
    f.number({"delta", "error at which Huber's loss turns from a parabola into a line"}, delta_,
             {.at_least = 0.0, .above = true});
    f.integers({"hidden", "units of relu layers before the output"}, hidden_, {.at_least = 1});
  }

  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::floating) {
      throw DataError("[regression] expected real numbers, found integers in column '" +
                      column.name + "' of data '" + column.data +
                      "'; the plugin for labels is classification");
    }
    sample_ = column.sample;
  }

  Var head(const Net& net, Var features) const override {
    Var x = flatten(net, features);
    for (std::size_t i = 0; i < hidden_.size(); ++i) {
      x = relu(net, linear(net, "hidden" + std::to_string(i + 1), x, {.units = hidden_[i]}));
    }
    x = linear(net, "output", x, {.units = sample_.size()});
    return sample_.rank() == 1 ? x : reshape(net, x, sample_);
  }

  Var loss(const Net& net, Var prediction, Var target) const override {
    if (loss_ == "huber") return huber(net, prediction, target, delta_);
    if (loss_ == "l1") return l1(net, prediction, target);
    return mean_squared_error(net, prediction, target);
  }

  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(make_rmse());
    made.push_back(make_mae());
    made.push_back(make_r2(sample_.size()));
    return made;
  }

 private:
  std::string loss_ = "mse";
  double delta_ = 1.0;
  std::vector<Index> hidden_;
  Shape sample_ = {1};
};

}  // namespace

ESPALIER_PLUGIN(Regression, "regression", "one or several real numbers of an example");
