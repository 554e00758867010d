#include "nn/layers/make.hpp"

namespace espalier {

Var embedding(const Net& net, std::string_view name, Var tokens, Index vocabulary, Index width) {
  Parameter& table =
      net.scope(name).parameter("table", {vocabulary, width}, {Initializer::Kind::normal, 1.0});
  return embedding(net.tape(), tokens, table);
}

namespace {

class EmbeddingOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integer({"width", "numbers of each vector", true}, width_, {.at_least = 1});
    f.integer({"vocabulary", "number of different tokens", true}, vocabulary_, {.at_least = 1});
  }
  Var record(const Net& net, Var x) const override {
    return embedding(net, "embedding", x, vocabulary_, width_);
  }

 private:
  Index width_ = 1;
  Index vocabulary_ = 1;
};

}  // namespace

std::unique_ptr<Layer> make_embedding() { return std::make_unique<EmbeddingOfTrunk>(); }

}  // namespace espalier
