#include "nn/layers/make.hpp"

namespace espalier {

Var dropout(const Net& net, std::string_view name, Var x, double rate) {
  std::vector<StreamRandom> randoms;
  for (const Part& part : net.tape().value(x).parts) {
    const std::string stream = net.full_name(name) + "/" + net.stream_name(part.stream);
    randoms.push_back({part.stream, RandomStream(net.seed(), "dropout/" + stream)});
  }
  return dropout(net.tape(), x, rate, std::move(randoms));
}

namespace {

class DropoutOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.number({"rate", "probability that a number is set to zero in training", true}, rate_,
             {.at_least = 0.0, .at_most = 0.999});
  }
  Var record(const Net& net, Var x) const override { return dropout(net, "dropout", x, rate_); }

 private:
  double rate_ = 0.5;
};

}  // namespace

std::unique_ptr<Layer> make_dropout() { return std::make_unique<DropoutOfTrunk>(); }

}  // namespace espalier
