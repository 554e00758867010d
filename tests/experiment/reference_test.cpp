#include "experiment/reference.hpp"

#include "experiment/catalog.hpp"
#include "experiment/spec_support.hpp"

using namespace espalier;

TEST_CASE("rows tell type, default and range of every kind of field") {
  FieldRows rows;
  SampleOptions options;
  options.fields(rows);
  CHECK(field_table(rows.rows()) ==
        "| key | type | default | meaning |\n"
        "|---|---|---|---|\n"
        "| `units` | an integer of at least 1 | required | outputs |\n"
        "| `rate` | a number above 0 and at most 1 | `0.5` | a rate |\n"
        "| `bias` | true or false | `true` | adds a bias |\n"
        "| `init` | one of he_normal, zeros | `he_normal` | how it starts |\n"
        "| `shape` | a list, each an integer of at least 1 | `[1, 2]` | extents |\n"
        "| `start` | a list, each a number of at most 10 | `[0.5, -1]` | numbers |\n"
        "| `columns` | a list of texts | `[a]` | names |\n"
        "| `file` | a path |  | a file |\n");
  CHECK(field_table({}) == "No options.\n");
}

TEST_CASE("a bar in a text does not end the cell") {
  CHECK(field_table({{"a", "x | y", "p | q", "r | s", false}})
            .ends_with("| `a` | x \\| y | `p \\| q` | r \\| s |\n"));
}

TEST_CASE("the reference holds every key that an experiment can have") {
  const std::string page = reference_markdown();
  FieldRows rows;
  ExperimentSpec spec;
  spec.fields(rows);
  spec.train.fields(rows);
  CHECK(rows.rows().size() > 15);
  for (const FieldRow& row : rows.rows()) {
    CAPTURE(row.name);
    CHECK(page.find(text::cat("| `", row.name, "` | ")) != std::string::npos);
  }
  for (const char* const key :
       {"source", "validation", "count", "input", "stages", "layers", "plugin", "target"}) {
    CAPTURE(key);
    CHECK(page.find(text::cat("| `", key, "` | ")) != std::string::npos);
  }
}

TEST_CASE("the reference holds every entry of every table, under the heading of its kind") {
  const std::string page = reference_markdown();
  std::size_t at = 0;
  for (const CatalogEntry& entry : catalog()) {
    CAPTURE(entry.name);
    at = page.find(text::cat("\n### `", entry.name, "`\n\n", entry.summary), at);
    REQUIRE(at != std::string::npos);
  }
  for (const char* const heading : {"## Sharing strategies (", "## Balancers (", "## Layers (",
                                    "## Optimizers (", "## Schedules (", "## Sources ("}) {
    CAPTURE(heading);
    CHECK(page.find(heading) != std::string::npos);
  }
  CHECK(page.find("\n\n\n") == std::string::npos);
}
