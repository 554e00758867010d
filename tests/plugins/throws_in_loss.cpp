#include <stdexcept>

#include "plain_task.hpp"

namespace {

class Throws final : public PlainTask {
  espalier::Var loss(const espalier::Net& /*net*/, espalier::Var /*prediction*/,
                     espalier::Var /*target*/) const override {
    throw std::runtime_error("nothing is lost");
  }
};

}  // namespace

ESPALIER_PLUGIN(Throws, "throws_in_loss", "throws where the loss is recorded");
