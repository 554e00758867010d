#include "plain_source.hpp"

namespace {

class Wrong final : public PlainSource {
 public:
  espalier::Dataset read(espalier::DataRole role, const espalier::DataParts& parts) const override {
    espalier::Dataset data = PlainSource::read(role, parts);
    data.columns[0].reals.pop_back();
    return data;
  }
};

}  // namespace

ESPALIER_PLUGIN(Wrong, "wrong_row_count", "a number short");
