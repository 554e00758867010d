// The examples of docs/add-a-balancer.md and docs/add-a-source.md, linked as the macro says.
#define ESPALIER_PLUGIN_SYMBOL documented_inverse_loss
#include "../../docs/examples/inverse_loss.cpp"
#undef ESPALIER_PLUGIN_SYMBOL
#define ESPALIER_PLUGIN_SYMBOL documented_min_norm_pair
#include "../../docs/examples/min_norm_pair.cpp"
#undef ESPALIER_PLUGIN_SYMBOL
#define ESPALIER_PLUGIN_SYMBOL documented_two_moons
#include "../../docs/examples/two_moons.cpp"
#undef ESPALIER_PLUGIN_SYMBOL

#include "testing/right_plugins.hpp"

// Not against their built libraries: a test's own optimisation is another.

namespace espalier::test {

using Names = std::vector<std::string>;

TEST_CASE("the documented balancer passes every check, and weighs as the page says") {
  CHECK(failures(testing::check_balancer(documented_inverse_loss, {{"power", 0.5}})) == Names{});
  const auto weights = testing::weights_of(documented_inverse_loss,
                                           {{.losses = {1, 4}}, {.losses = {1}, .tasks = {1}}});
  CHECK(weights[0][0] == doctest::Approx(1.6));
  CHECK(weights[1].size() == 1);
}

TEST_CASE("the documented balancer that looks at gradients passes every check") {
  CHECK(failures(testing::check_balancer(documented_min_norm_pair, {})) == Names{});
}

TEST_CASE("the documented source passes every check") {
  CHECK(failures(testing::check_source(documented_two_moons, {{"noise", 0.2}})) == Names{});
  const Dataset data = testing::read_part(documented_two_moons, DataRole::train, {{"noise", 0.0}});
  CHECK(data.find("label")->classes == 2);
}

}  // namespace espalier::test
