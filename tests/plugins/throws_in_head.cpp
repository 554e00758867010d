#include "plain_task.hpp"

namespace {

// The class and the text live in the library: both are gone when it is unloaded.
class OwnError final : public std::exception {
 public:
  const char* what() const noexcept override { return "this head has lost its body"; }
};

class Throws final : public PlainTask {
  espalier::Var head(const espalier::Net& /*net*/, espalier::Var /*features*/) const override {
    throw OwnError();
  }
};

}  // namespace

ESPALIER_PLUGIN(Throws, "throws_in_head", "throws an exception of its own class");
