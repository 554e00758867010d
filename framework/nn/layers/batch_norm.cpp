#include "nn/layers/make.hpp"

namespace espalier {

Var batch_norm(const Net& net, std::string_view name, Var x, const BatchNormOptions& options) {
  const Net own = net.scope(name);
  const Shape width = {net.tape().shape(x)[-1]};
  Parameter& scale = own.parameter("scale", width, {Initializer::Kind::constant, 1.0});
  Parameter& shift = own.parameter("shift", width, {Initializer::Kind::constant, 0.0});
  std::vector<RunningStatistics> statistics;
  for (const Part& part : net.tape().value(x).parts) {
    const Net stream = own.scope(net.stream_name(part.stream));
    statistics.push_back({part.stream, &stream.buffer("running_mean", width, 0.0),
                          &stream.buffer("running_variance", width, 1.0)});
  }
  return batch_norm(net.tape(), x, scale, shift, std::move(statistics), options);
}

namespace {

class BatchNormOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.number({"momentum", "weight of the newest batch in the running statistics"},
             options_.momentum, {.at_least = 0.0, .at_most = 1.0});
    f.number({"epsilon", "added to the variance"}, options_.epsilon,
             {.at_least = 0.0, .above = true});
  }
  Var record(const Net& net, Var x) const override {
    return batch_norm(net, "batch_norm", x, options_);
  }

 private:
  BatchNormOptions options_;
};

}  // namespace

std::unique_ptr<Layer> make_batch_norm() { return std::make_unique<BatchNormOfTrunk>(); }

}  // namespace espalier
