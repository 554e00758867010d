#include "core/text.hpp"
#include "nn/layers/make.hpp"

namespace espalier {

namespace {

constexpr Index kMostNumbers = Index{1} << 31U;

class ParameterOfTrunk final : public Layer {
 public:
  void fields(Fields& f) override {
    f.integers({"shape", "its shape, without rows", true}, shape_, {.at_least = 1});
    f.numbers({"init", "its numbers at the start, one after the other; absent: zeros"}, init_);
    check(f);
  }

  Var record(const Net& net, Var x) const override {
    const Initializer zeros = {Initializer::Kind::constant, 0.0};
    const Initializer given = {.kind = Initializer::Kind::given, .numbers = init_};
    Parameter& value = net.parameter("parameter", Shape(shape_), init_.empty() ? zeros : given);
    return parameter_rows(net.tape(), x, value);
  }

 private:
  void check(Fields& f) const {
    if (shape_.empty() || shape_.size() >= std::size_t{Shape::kMaxRank}) {
      f.refuse("shape",
               text::cat("expected 1 to ", Shape::kMaxRank - 1, " extents, found ", shape_.size()));
    }
    Index size = 1;
    for (const Index extent : shape_) {
      if (extent > kMostNumbers / size) {
        f.refuse("shape", text::cat("expected at most ", kMostNumbers, " numbers, found more"));
      }
      size *= extent;
    }
    if (!init_.empty() && init_.size() != static_cast<std::size_t>(size)) {
      f.refuse("init",
               text::cat("expected ", size, size == 1 ? " number" : " numbers", " for the shape ",
                         to_string(Shape(shape_)), ", found ", init_.size()));
    }
  }

  std::vector<Index> shape_;
  std::vector<double> init_;
};

}  // namespace

std::unique_ptr<Layer> make_parameter() { return std::make_unique<ParameterOfTrunk>(); }

}  // namespace espalier
