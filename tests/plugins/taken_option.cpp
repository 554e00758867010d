#include "plain_balancer.hpp"

namespace {

class Method final : public PlainBalancer {
 public:
  void fields(espalier::Fields& f) override { f.number({"scale", "of something"}, scale_); }

 private:
  double scale_ = 1.0;
};

}  // namespace

ESPALIER_PLUGIN(Method, "taken_option", "an option with the name of a convention");
