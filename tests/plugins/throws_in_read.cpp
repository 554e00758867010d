#include <stdexcept>

#include "plain_source.hpp"

namespace {

class Wrong final : public PlainSource {
 public:
  espalier::Dataset read(espalier::DataRole role, const espalier::DataParts& parts) const override {
    if (role == espalier::DataRole::test) return PlainSource::read(role, parts);
    throw std::runtime_error("the well is dry");
  }
};

}  // namespace

ESPALIER_PLUGIN(Wrong, "throws_in_read", "wrong in read()");
