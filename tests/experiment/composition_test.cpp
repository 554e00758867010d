#include "experiment/composition.hpp"

#include <doctest/doctest.h>

#include "espalier/layers.hpp"
#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

const Composition::Part& part(const Composition& all, const std::string& name) {
  const auto at = std::ranges::find(all.parts, name, &Composition::Part::name);
  REQUIRE(at != all.parts.end());
  return *at;
}

/// low (6 -> 5) private, high (5 -> 4) shared, on common inputs.
Composition private_then_shared() {
  const auto own = make(stage_sharing_table(), "private");
  const auto shared = make(stage_sharing_table(), "shared");
  const std::vector<Stage> stages = dense_stages();
  ParameterStore store{3};
  const std::vector<StageBlock> blocks = {{0, 1, own.get(), nullptr},
                                          {1, 1, shared.get(), nullptr}};
  TrunkModel model(blocks, stages, store);
  return composition_of(model.plan().tape(), 3);
}

}  // namespace

TEST_CASE("parameters and operations are counted by part, and by the tasks they serve") {
  const Composition all = private_then_shared();
  const Composition::Part& low = part(all, "trunk/low/b");
  CHECK(low.parameters == 6 * 5 + 5);
  CHECK(low.tasks == std::vector<int>{1});
  CHECK(!low.shared);
  const Composition::Part& high = part(all, "trunk/high");
  CHECK(high.parameters == 5 * 4 + 4);
  CHECK(high.tasks == std::vector<int>{0, 1, 2});
  CHECK(high.shared);
  CHECK(high.inputs.size() == 3);
  CHECK(high.depth == 1);
  CHECK(all.shared_parameters == 24);
  CHECK(all.own_parameters == 3 * 35);
  for (const Composition::TaskCost& cost : all.tasks) {
    CHECK(cost.parameters == 35 + 24);
    CHECK(cost.shared_parameters == 24);
    // The shared stage runs once for each task; one task needs one of its runs.
    CHECK(cost.flops == doctest::Approx(low.flops + high.flops / 3 + part(all, "heads/a").flops));
  }
}

TEST_CASE("the drawing holds every part once and a line for what it reads") {
  Composition all = private_then_shared();
  all.parts[0].name = "a<b&c";
  const std::string svg = composition_svg(all, "title");
  const auto count = [&](const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = svg.find(what); at != std::string::npos; at = svg.find(what, at + 1)) ++n;
    return n;
  };
  CHECK(count("<rect x=") == all.parts.size());
  CHECK(count("<line ") == 3 + 3);  // low -> high three times, high -> heads
  CHECK(count("a&lt;b&amp;c") == 1);
  CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("short numbers keep four figures") {
  CHECK(short_number(12) == "12");
  CHECK(short_number(9999) == "9999");
  CHECK(short_number(41200) == "41.2k");
  CHECK(short_number(16930000) == "16.93M");
  CHECK(short_number(2.5e9) == "2.50G");
}
