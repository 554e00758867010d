#include <limits>

#include "plain_source.hpp"

namespace {

class Wrong final : public PlainSource {
 public:
  espalier::Dataset read(espalier::DataRole role, const espalier::DataParts& parts) const override {
    espalier::Dataset data = PlainSource::read(role, parts);
    data.columns[0].reals[5] = std::numeric_limits<espalier::real>::infinity();
    return data;
  }
};

}  // namespace

ESPALIER_PLUGIN(Wrong, "infinite_input", "an input that is not finite");
