#include "cli/option_text.hpp"

#include <nlohmann/json.hpp>

#include "core/text.hpp"

namespace espalier::cli {

std::string option_text(const std::vector<FieldRow>& rows) {
  std::string text;
  for (const FieldRow& row : rows) {
    text +=
        text::cat("  ", row.name, ": ", row.doc, " (", row.type, row.required ? ", required" : "",
                  row.default_value.empty() ? "" : ", default " + row.default_value, ")\n");
  }
  return rows.empty() ? "  no options\n" : text;
}

nlohmann::ordered_json option_json(const std::vector<FieldRow>& rows) {
  auto all = nlohmann::ordered_json::array();
  for (const FieldRow& row : rows) {
    all.push_back({{"name", row.name},
                   {"type", row.type},
                   {"default", row.default_value},
                   {"required", row.required},
                   {"doc", row.doc}});
  }
  return all;
}

}  // namespace espalier::cli
