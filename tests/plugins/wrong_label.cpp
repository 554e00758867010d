#include "plain_source.hpp"

namespace {

class Wrong final : public PlainSource {
 public:
  espalier::Dataset read(espalier::DataRole role, const espalier::DataParts& parts) const override {
    espalier::Dataset data = PlainSource::read(role, parts);
    data.columns[1].classes = 2;
    data.columns[1].integers[7] = 2;
    return data;
  }
};

}  // namespace

ESPALIER_PLUGIN(Wrong, "wrong_label", "a label beyond its classes");
