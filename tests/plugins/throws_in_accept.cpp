#include "plain_task.hpp"

namespace {

class Throws final : public PlainTask {
  void accept(const espalier::TargetColumn& column) override {
    throw espalier::DataError("expected another column, found '" + column.name + "'");
  }
};

}  // namespace

ESPALIER_PLUGIN(Throws, "throws_in_accept", "throws an error of ours");
