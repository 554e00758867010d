// `balance`: a method, its options, the conventions, and which of them go together.
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/plugin_choice.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

std::vector<std::string> BalanceForm::names_for(const std::string& wanted) const {
  return balancer_names(registry_, wanted);
}

void BalanceForm::choose(const std::string& name, const std::string& place) const {
  balance_ = {name, place, make_balancer(registry_, name, place)};
  conventions_ = {};
  balance_.object->conventions(conventions_);
}

void BalanceForm::fields(ConfigFields& f) const {
  TableChoice::fields(f);
  conventions_.fields(f);
}

namespace {

/// One convention that a method may not be able to follow.
struct Rule {
  const char* key;
  bool broken;
  std::string value;
  const char* why;
};

}  // namespace

void check_conventions(const Choice<Balancer>& choice, const BalanceConventions& c) {
  const Needs n = choice.object->needs();
  const bool weights = !n.jacobian && !(n.features && !n.gram);  // gives weights, not a direction
  const bool rows = (n.gram && !n.features) || n.jacobian || n.cross_gram || n.cross_product;
  const BalanceConventions none;
  const Rule rules[] = {
      {"gram", c.gram != none.gram && !(n.gram && !n.features && !n.cross_gram), c.gram,
       "it uses no inner products of the trunk's gradients"},
      {"gram", c.gram == "per_layer" && !choice.object->layerwise(), c.gram,
       "it is not solved layer by layer"},
      {"heads", c.gram == "per_layer" && c.heads == "weighted", c.heads,
       "layers have weights of their own, and a head belongs to none"},
      {"heads", !weights && !choice.object->weighs() && c.heads == "weighted", c.heads,
       "it gives a direction, not weights"},
      {"normalise", c.normalise != none.normalise && !rows, c.normalise,
       "it is given no gradients of the trunk"},
      {"scale", c.scale != none.scale && c.scale != "norm_of_equal" && !weights, c.scale,
       "it gives a direction, not weights"},
      {"scale", c.needs_gram() && c.scale == "norm_of_equal" && (n.features || n.validation),
       c.scale, "inner products of the trunk's gradients are not formed"},
      {"clip", c.clip > 0.0 && (n.features || n.validation), text::number(c.clip),
       "inner products of the trunk's gradients are not formed"},
      {"smooth", c.smooth > 0.0 && !weights, text::number(c.smooth),
       "it gives a direction, not weights"},
      {"every", c.every > 1 && !weights, text::cat(c.every), "it gives a direction, not weights"},
  };
  for (const Rule& rule : rules) {
    if (!rule.broken) continue;
    throw ConfigError(text::cat(choice.place, ": expected '", choice.name, "' without ", rule.key,
                                ": ", rule.value, ", because ", rule.why));
  }
}

}  // namespace espalier
