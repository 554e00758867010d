#include "espalier/task.hpp"

namespace espalier {

// Out of line: one copy of the class's type information, in libespalier.
Task::~Task() = default;

}  // namespace espalier
