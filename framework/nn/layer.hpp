#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "espalier/fields.hpp"
#include "espalier/layers.hpp"

namespace espalier {

/// A layer of a trunk as YAML names it: options, and how it records itself. One file each in
/// nn/layers/, one line each in `layer_table`.
class Layer {
 public:
  virtual ~Layer() = default;
  virtual void fields(Fields& /*fields*/) {}
  /// Records the layer on x; parameters are made in net's scope. Throws ShapeError.
  virtual Var record(const Net& net, Var x) const = 0;
};

struct LayerEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Layer> (*make)();
};

ESPALIER_API std::span<const LayerEntry> layer_table();

}  // namespace espalier
