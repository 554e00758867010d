#include <stdexcept>

#include "plain_task.hpp"

namespace {

class Throws final : public PlainTask {
 public:
  Throws() { throw std::out_of_range("no room for another task"); }
};

}  // namespace

ESPALIER_PLUGIN(Throws, "throws_in_constructor", "throws a std::exception");
