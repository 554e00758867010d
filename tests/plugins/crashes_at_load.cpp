#include "plain_task.hpp"

namespace {

// Runs as soon as the library is loaded.
struct Early {
  Early() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }
};
const Early early;

class Late final : public PlainTask {};

}  // namespace

ESPALIER_PLUGIN(Late, "crashes_at_load", "its static constructor crashes");
