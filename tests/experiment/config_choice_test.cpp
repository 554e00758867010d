#include "experiment/config_choice.hpp"

#include <array>

#include "experiment/config_support.hpp"
#include "experiment/yaml_emit.hpp"

using namespace espalier;

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual void fields(Fields& f) = 0;
};

struct Round final : Shape {
  double radius = 1.0;
  void fields(Fields& f) override { f.number({"radius", "half the width", true}, radius); }
};

struct Point final : Shape {
  void fields(Fields& /*f*/) override {}
};

struct ShapeEntry {
  std::string_view name;
  std::unique_ptr<Shape> (*make)();
};

std::unique_ptr<Shape> make_round() { return std::make_unique<Round>(); }
std::unique_ptr<Shape> make_point() { return std::make_unique<Point>(); }
constexpr std::array<ShapeEntry, 2> kShapes = {{{"round", make_round}, {"point", make_point}}};

Choice<Shape> read_shape(const std::string& yaml) {
  Choice<Shape> choice;
  TableChoice("outline", std::span<const ShapeEntry>(kShapes), choice)
      .read(parse_yaml(yaml, "exp.yaml"), "form");
  return choice;
}

std::string shape_error(const std::string& yaml) {
  return config_error([&] { read_shape(yaml); });
}

std::string written(const std::string& yaml) {
  Choice<Shape> choice = read_shape(yaml);
  return emit_yaml(TableChoice("outline", std::span<const ShapeEntry>(kShapes), choice).write());
}

}  // namespace

TEST_CASE("a choice is a name, a name with its main value, or a name with options") {
  CHECK(read_shape("point").name == "point");
  CHECK(read_shape("{ point: }").name == "point");
  CHECK(read_shape("{ point: {} }").place == "exp.yaml:1:1: form");
  for (const char* const yaml : {"{ round: 2.5 }", "{ round: { radius: 2.5 } }"}) {
    const Choice<Shape> choice = read_shape(yaml);
    CHECK(dynamic_cast<const Round&>(*choice.object).radius == 2.5);
  }
}

TEST_CASE("a choice is written with all its options") {
  CHECK(written("{ point: {} }") == "point\n");
  CHECK(written("{ round: 2 }") == "round:\n  radius: 2\n");
}

TEST_CASE("an unknown choice comes with the nearest name, or with all") {
  CHECK(shape_error("ronud") ==
        "exp.yaml:1:1: form: unknown outline 'ronud'; did you mean 'round'?");
  CHECK(shape_error("{ ronud: 1 }") ==
        "exp.yaml:1:3: form: unknown outline 'ronud'; did you mean 'round'?");
  CHECK(shape_error("hexagon") ==
        "exp.yaml:1:1: form: unknown outline 'hexagon'; expected one of round, point");
}

TEST_CASE("what is no choice is refused") {
  CHECK(shape_error("~") == "exp.yaml:1:1: form: expected the name of an outline, found nothing");
  CHECK(shape_error("[round]") ==
        "exp.yaml:1:1: form: expected the name of an outline, found a list");
  CHECK(shape_error("{}") == "exp.yaml:1:1: form: expected one outline, found an empty map");
  CHECK(shape_error("{ round: 1, point: }") ==
        "exp.yaml:1:1: form: expected one outline, found 2 (round, point)");
  CHECK(shape_error("round") ==
        "exp.yaml:1:1: form.round: expected the key 'radius' (half the width), found none");
  CHECK(shape_error("{ round: { radios: 1 } }") ==
        "exp.yaml:1:12: form.round: unknown key 'radios'; did you mean 'radius'?");
}
