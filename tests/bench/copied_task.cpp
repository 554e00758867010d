// Compiled fifty times, each time under the name that COPY_NAME says.
#include "../plugins/plain_task.hpp"

namespace {

class Copied final : public PlainTask {};

}  // namespace

ESPALIER_PLUGIN(Copied, COPY_NAME, "one of fifty alike");
