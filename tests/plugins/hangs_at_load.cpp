#include "plain_task.hpp"

namespace {

// Runs as soon as the library is loaded.
struct Early {
  Early() {
    volatile bool forever = true;
    while (forever) {
    }
  }
};
const Early early;

class Late final : public PlainTask {};

}  // namespace

ESPALIER_PLUGIN(Late, "hangs_at_load", "its static constructor hangs");
