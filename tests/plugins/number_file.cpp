// Nothing wrong: a row for each byte of a file, which is an option; to train and to test.
#include "plain_source.hpp"

namespace {

class NumberFile final : public espalier::Source {
 public:
  void fields(espalier::Fields& f) override {
    f.path({"file", "its bytes are the rows", true}, file_);
  }
  espalier::Dataset read(espalier::DataRole /*role*/,
                         const espalier::DataParts& /*parts*/) const override {
    const espalier::DataFile file = espalier::read_data_file(file_);
    espalier::Dataset data;
    data.rows = static_cast<espalier::Index>(file.bytes.size());
    data.digest = file.digest;
    espalier::ColumnData inputs, label;
    inputs.name = "inputs";
    label.name = "label";
    inputs.sample = label.sample = {1};
    label.dtype = espalier::Dtype::integer;
    for (const char byte : file.bytes) {
      inputs.reals.push_back(static_cast<espalier::real>(byte) / espalier::real{64});
      label.integers.push_back(byte % 2 == 0 ? 0 : 1);
    }
    data.columns = {inputs, label};
    return data;
  }

 private:
  espalier::Path file_;
};

}  // namespace

ESPALIER_PLUGIN(NumberFile, "number_file", "a row for each byte of a file");
