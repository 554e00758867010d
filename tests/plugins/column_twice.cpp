#include "plain_source.hpp"

namespace {

class Wrong final : public PlainSource {
 public:
  espalier::Dataset read(espalier::DataRole role, const espalier::DataParts& parts) const override {
    espalier::Dataset data = PlainSource::read(role, parts);
    data.columns[1].name = "inputs";
    return data;
  }
};

}  // namespace

ESPALIER_PLUGIN(Wrong, "column_twice", "two columns of one name");
