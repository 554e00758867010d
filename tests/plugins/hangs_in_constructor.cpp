#include "plain_task.hpp"

namespace {

class Made final : public PlainTask {
 public:
  Made() {
    volatile bool forever = true;
    while (forever) {
    }
  }
};

}  // namespace

ESPALIER_PLUGIN(Made, "hangs_in_constructor", "its constructor hangs");
