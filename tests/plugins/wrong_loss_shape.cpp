#include "plain_task.hpp"

namespace {

class WrongShape final : public PlainTask {
  espalier::Var loss(const espalier::Net& /*net*/, espalier::Var prediction,
                     espalier::Var /*target*/) const override {
    return prediction;
  }
};

}  // namespace

ESPALIER_PLUGIN(WrongShape, "wrong_loss_shape", "its loss is not one number");
