#include "autograd/ops/channel_dropout.hpp"
#include "nn/layers/make.hpp"

namespace espalier {

namespace {

std::vector<StreamRandom> randoms_of(const Net& net, std::string_view name, Var x) {
  std::vector<StreamRandom> randoms;
  for (const Part& part : net.tape().value(x).parts) {
    const std::string stream = net.full_name(name) + "/" + net.stream_name(part.stream);
    randoms.push_back({part.stream, RandomStream(net.seed(), "dropout/" + stream)});
  }
  return randoms;
}

class DropoutOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.number({"rate", "probability that a number is set to zero in training", true}, rate_,
             {.at_least = 0.0, .at_most = 0.999});
    f.flag({"channels",
            "keep or drop whole channels of an image (Tompson et al. 2015), not single numbers"},
           channels_);
  }
  Var record(const Net& net, Var x) const override {
    if (!channels_) return dropout(net, "dropout", x, rate_);
    return channel_dropout(net.tape(), x, rate_, randoms_of(net, "dropout", x));
  }

 private:
  double rate_ = 0.5;
  bool channels_ = false;
};

}  // namespace

Var dropout(const Net& net, std::string_view name, Var x, double rate) {
  return dropout(net.tape(), x, rate, randoms_of(net, name, x));
}

std::unique_ptr<Layer> make_dropout() { return std::make_unique<DropoutOfTrunk>(); }

}  // namespace espalier
