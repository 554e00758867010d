// A structured target: an image, or numbers of any other shape, predicted as a whole. Explained in
// docs/cookbook.md.
#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

class RedrawTask final : public Task {
 public:
  void fields(Fields& f) override {
    f.integer({"code", "numbers that the whole target is drawn from"}, code_, {.at_least = 1});
  }
  std::string default_target() const override { return "images"; }

  // `sample` is the shape of one target, without the rows.
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::floating) {
      throw DataError("expected real numbers in column '" + column.name + "', found labels");
    }
    sample_ = column.sample;
  }

  // As many numbers as the target has, in its shape: the loss compares equal shapes.
  Var head(const Net& net, Var features) const override {
    const Var code = relu(net, linear(net, "code", flatten(net, features), {.units = code_}));
    const Var flat = linear(net, "output", code, {.units = sample_.size()});
    return reshape(net, sigmoid(net, flat), sample_);
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return mean_squared_error(net, prediction, target);
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_rmse());
    return all;
  }

 private:
  Index code_ = 16;
  Shape sample_;
};

}  // namespace

ESPALIER_PLUGIN(RedrawTask, "redraw", "numbers from 0 to 1 in any shape, such as an image");
