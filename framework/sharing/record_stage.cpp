#include "core/text.hpp"
#include "espalier/error.hpp"
#include "sharing/strategy.hpp"

namespace espalier {

Var record_stage(const Net& net, const Stage& stage, Var x) {
  const Net own = net.scope(stage.name);
  net.tape().enter(-1, net.full_name(stage.name));
  for (std::size_t i = 0; i < stage.layers.size(); ++i) {
    const Stage::Use& use = stage.layers[i];
    try {
      x = use.layer->record(own.scope(text::cat(i)), x);
    } catch (const ShapeError& error) {
      const std::string place = use.place.empty() ? "" : use.place + ": ";
      throw ShapeError(text::cat(place, "stage '", stage.name, "', layer ", i, " (", use.kind,
                                 ") after features ", to_string(net.tape().shape(x)), ": ",
                                 error.what()));
    }
  }
  return x;
}

}  // namespace espalier
