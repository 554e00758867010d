#include "plain_task.hpp"

namespace {

class Made final : public PlainTask {
 public:
  Made() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }
};

}  // namespace

ESPALIER_PLUGIN(Made, "crashes_in_constructor", "its constructor crashes");
