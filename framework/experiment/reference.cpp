#include "experiment/reference.hpp"

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"
#include "experiment/config_scalar.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

template <class Value>
std::string list_text(const std::vector<Value>& values) {
  std::vector<std::string> words;
  for (const Value& value : values) words.push_back(text::cat(value));
  return "[" + text::join(words, ", ") + "]";
}

std::string in_code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

// A '|' would end the cell.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

constexpr const char* kIntroduction =
    R"(An experiment is one YAML file: a map with the keys below. It is read strictly: unknown,
duplicate and mistyped keys are errors with file, line and column.

- **Choices** (layers, sharing strategies, balancers, optimizers, schedules) are written as `name`,
  as `{ name: { options } }`, or as `{ name: value }`, where the value is that of the first option:
  `{ linear: 4096 }` means `{ linear: { units: 4096 } }`.
- **Paths** start at the folder of the YAML file. `${NAME}` is the environment variable NAME, and an
  unset one is an error; inside brackets or braces such a path stands in quotes.
- **Names** of the experiment, of data sets, stages and tasks have 1 to 64 letters, digits, `_` or
  `-`.
- **Overrides** on the command line, `key.path=value`, replace or add a value before the file is
  read: `train.epochs=5`, `trunk.stages.0.name=first`, `balance.pcgrad.scale=sum_to_one`.
  `key=null` and `~key` remove a key.
- Not known to this page are the options of tasks: `espalier info PLUGIN` lists them.
)";

std::string section(const std::string& title, const std::string& text, const std::string& table) {
  const char* const between = text.empty() || table.empty() ? "" : "\n";
  return text::cat("\n## ", title, "\n\n", text, text.empty() ? "" : "\n", between, table);
}

std::string parts_of_an_experiment() {
  ExperimentSpec spec;
  DataSpec data;
  TaskSpec task;
  Stage stage;
  StageFields stage_fields{stage};
  std::optional<double> number;
  Choice<Source> source;
  std::map<std::string, std::string> select;
  OwnTestFields own_test{nullptr, number, source, select, {}};
  return section("The experiment", "", keys_table([&](ConfigFields& f) { spec.fields(f); })) +
         section("A data set (`data.NAME`)", "The options of the source stand beside these keys.",
                 keys_table([&](ConfigFields& f) { data.fields(f); })) +
         section("A test part with a source of its own (`data.NAME.test`)",
                 "The options of the source stand beside these keys; a number (`count` or "
                 "`fraction`) or files, not both.",
                 keys_table([&](ConfigFields& f) { own_test.fields(f); })) +
         section("The trunk (`trunk`)", "",
                 keys_table([&](ConfigFields& f) { spec.trunk.fields(f); })) +
         section("A stage (`trunk.stages.N`)", "",
                 keys_table([&](ConfigFields& f) { stage_fields.fields(f); })) +
         section("A task (`tasks.NAME`)", "",
                 keys_table([&](ConfigFields& f) { task.fields(f); })) +
         section("Training (`train`)", "",
                 keys_table([&](ConfigFields& f) { spec.train.fields(f); })) +
         section("Groups of parameters (`optimizer`)",
                 "`optimizer` is a choice for all parameters, or a map from groups to choices: "
                 "`all`, `trunk`, `trunk/STAGE`, `heads`, `heads/TASK`. The most specific group "
                 "wins; without `all`, both `trunk` and `heads` must be there.",
                 "");
}

std::string title_of(const std::string& kind) {
  const std::vector<std::pair<std::string, std::string>> titles = {
      {"sharing", "Sharing strategies (`sharing`)"},
      {"stage_sharing", "Ways to share one stage (`trunk.stages.N.sharing`)"},
      {"balancers", "Balancers (`balance`)"},
      {"layers", "Layers (`trunk.stages.N.layers`)"},
      {"optimizers", "Optimizers (`optimizer`)"},
      {"schedules", "Schedules (`schedule`)"},
      {"sources", "Sources (`data.NAME.source`)"}};
  for (const auto& [name, title] : titles) {
    if (name == kind) return title;
  }
  return kind;
}

}  // namespace

void FieldRows::add(const Field& field, std::string type, std::string default_value) {
  FieldRow row;
  row.name = field.name;
  row.type = std::move(type);
  row.default_value = field.required ? "" : std::move(default_value);
  row.doc = field.doc;
  row.required = field.required;
  rows_.push_back(std::move(row));
}

void FieldRows::flag(const Field& field, bool& value) {
  add(field, "true or false", value ? "true" : "false");
}

void FieldRows::integer(const Field& field, Index& value, const IntegerRange& range) {
  add(field, describe_type(range), text::cat(value));
}

void FieldRows::number(const Field& field, double& value, const NumberRange& range) {
  add(field, describe_type(range), text::number(value));
}

void FieldRows::word(const Field& field, std::string& value,
                     std::span<const std::string_view> choices) {
  const std::vector<std::string> names(choices.begin(), choices.end());
  add(field, names.empty() ? "a text" : "one of " + text::join(names, ", "), value);
}

void FieldRows::integers(const Field& field, std::vector<Index>& value, const IntegerRange& range) {
  add(field, "a list, each " + describe_type(range), list_text(value));
}

void FieldRows::numbers(const Field& field, std::vector<double>& value, const NumberRange& range) {
  std::vector<std::string> shown;
  for (const double element : value) shown.push_back(text::number(element));
  add(field, "a list, each " + describe_type(range), list_text(shown));
}

void FieldRows::words(const Field& field, std::vector<std::string>& value) {
  add(field, "a list of texts", list_text(value));
}

void FieldRows::path(const Field& field, Path& value) { add(field, "a path", value.file); }

void FieldRows::form(const Field& field, const Form& form) {
  add(field, form.type(), form.shown());
}

void FieldRows::rest(std::string_view doc, ConfigNode& /*value*/) {
  add({"...", doc}, "further keys", "");
}

void FieldRows::refuse(std::string_view /*field*/, const std::string& message) {
  throw ConfigError(message);
}

std::vector<FieldRow> field_rows(const std::function<void(ConfigFields&)>& list) {
  FieldRows rows;
  try {
    list(rows);
  } catch (const ConfigError&) {
    // `refuse`: the list has ended.
  }
  return rows.rows();
}

std::string keys_table(const std::function<void(ConfigFields&)>& list) {
  return field_table(field_rows(list));
}

std::string field_table(const std::vector<FieldRow>& rows) {
  if (rows.empty()) return "No options.\n";
  std::string table = "| key | type | default | meaning |\n|---|---|---|---|\n";
  for (const FieldRow& row : rows) {
    const std::string value = row.required ? "required" : in_code(row.default_value);
    table += text::cat("| `", row.name, "` | ", cell(row.type), " | ", cell(value), " | ",
                       cell(row.doc), " |\n");
  }
  return table;
}

std::string reference_markdown() {
  std::string page = "# Reference of the experiment file\n\n";
  page += kIntroduction;
  page += parts_of_an_experiment();
  std::string kind;
  for (const CatalogEntry& entry : catalog()) {
    if (entry.kind != kind) page += text::cat("\n## ", title_of(entry.kind), "\n");
    kind = entry.kind;
    const std::string paper = entry.reference.empty() ? "" : " (" + entry.reference + ")";
    const std::string detail =
        entry.detail.empty() ? "" : text::cat("```\n", entry.detail, "\n```\n\n");
    page += text::cat("\n### `", entry.name, "`\n\n", entry.summary, paper, ".\n\n", detail,
                      keys_table([&](ConfigFields& f) { entry.list_fields(f); }));
  }
  return page;
}

}  // namespace espalier
