#include "plain_task.hpp"

namespace {

class Throws final : public PlainTask {
 public:
  Throws() { throw 42; }
};

}  // namespace

ESPALIER_PLUGIN(Throws, "throws_int_in_constructor", "throws a number");
