#pragma once

#include "espalier/plugin.hpp"

/// A source with nothing wrong: ten rows of two numbers and a label. The bad plugins of its kind
/// change one thing each.
class PlainSource : public espalier::Source {
 public:
  void fields(espalier::Fields& /*fields*/) override {}
  espalier::Dataset read(espalier::DataRole /*role*/,
                         const espalier::DataParts& /*parts*/) const override {
    espalier::Dataset data;
    data.rows = 10;
    espalier::ColumnData inputs, label;
    inputs.name = "inputs";
    inputs.sample = {2};
    label.name = "label";
    label.sample = {1};
    label.dtype = espalier::Dtype::integer;
    for (int row = 0; row < 10; ++row) {
      for (const int x : {row % 3, row % 4}) {
        inputs.reals.push_back(static_cast<espalier::real>(x));
      }
      label.integers.push_back(row % 2);
    }
    data.columns = {inputs, label};
    return data;
  }
};
