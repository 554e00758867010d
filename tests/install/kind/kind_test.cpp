#include <doctest/doctest.h>

#include <array>

#include "espalier/plugin.hpp"

using namespace espalier;

namespace {

/// The task of the one plugin that is linked into this program.
std::unique_ptr<Task> make() {
  REQUIRE(linked_plugins().size() == 1);
  std::array<char, 256> error{};
  return std::unique_ptr<Task>(
      static_cast<Task*>(linked_plugins()[0]->create(error.data(), error.size())));
}

}  // namespace

TEST_CASE("the task takes labels of two classes only") {
  const auto kind = make();
  CHECK(kind->default_target() == "kind");
  CHECK_NOTHROW(kind->accept({"kind", "chars", Dtype::integer, {}, 2}));
  CHECK_THROWS_AS(kind->accept({"label", "chars", Dtype::integer, {}, 36}), DataError);
}

TEST_CASE("sureness is one half of equal logits and near one of distant ones") {
  const auto metrics = make()->metrics();
  REQUIRE(metrics.size() == 2);
  const std::array<real, 4> logits = {1, 1, -30, 30};
  const std::array<std::int32_t, 2> labels = {0, 1};
  Target target;
  target.classes = {labels.data(), Shape{2}};
  metrics[1]->add({logits.data(), Shape{2, 2}}, target);
  CHECK(metrics[1]->name() == "sureness");
  CHECK(metrics[1]->value() == doctest::Approx(0.75));
}

TEST_CASE("the program is the precision that its name says") {
#ifdef ESPALIER_REAL_DOUBLE
  CHECK(sizeof(real) == 8);
#else
  CHECK(sizeof(real) == 4);
#endif
  CHECK(std::string_view(ESPALIER_PLUGIN_FILE).ends_with("/plugins/espalier_kind.so"));
}
