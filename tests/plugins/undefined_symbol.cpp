#include "plain_task.hpp"

extern "C" void espalier_defined_nowhere();

namespace {

class Undefined final : public PlainTask {
  void accept(const espalier::TargetColumn& /*column*/) override { espalier_defined_nowhere(); }
};

}  // namespace

ESPALIER_PLUGIN(Undefined, "undefined_symbol", "calls what nobody defines");
