#include <stdexcept>

#include "plain_task.hpp"

namespace {

class Throws final : public PlainTask {
 public:
  ~Throws() override { throw std::runtime_error("cannot let go"); }
};

}  // namespace

ESPALIER_PLUGIN(Throws, "throws_in_destructor", "throws when it is destroyed");
