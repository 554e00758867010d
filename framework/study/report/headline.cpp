#include "study/report/headline.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "study/report/format.hpp"

namespace espalier::report {

namespace {

struct CostColumn {
  const char *key, *title;
  std::string (*form)(const std::optional<double>&);
};

constexpr std::array<CostColumn, 4> kCosts = {{{"parameters", "parameters", count},
                                               {"flops", "FLOPs", count},
                                               {"seconds", "seconds", shown},
                                               {"memory_bytes", "memory", memory}}};

bool anyone(const Names& names, const auto& has) {
  return std::ranges::any_of(names.contenders,
                             [&](const ContenderName& contender) { return has(*contender.json); });
}

Cell mean_cell(const Json& scores) {
  const Interval found = interval(scores);
  std::string text = shown(found);
  if (found.mean && found.n) text += " (n=" + fixed(*found.n, 0) + ")";
  return {text, found.mean};
}

}  // namespace

Table headline_table(const Json& results, const Names& names) {
  Table table{"", {"contender"}, {}};
  const auto level = number(part(part(results, "study"), "level"));
  table.caption =
      text::cat("Mean over seeds and half the width of its ",
                level ? shown(100.0 * *level) + " % " : std::string(), "interval; n seeds");
  for (const TaskName& task : names.tasks) table.header.push_back(task_title(task));
  const bool delta = anyone(names, [](const Json& one) { return !part(one, "delta_m").is_null(); });
  if (delta) table.header.emplace_back("\xCE\x94m");
  std::vector<CostColumn> costs;
  for (const CostColumn& cost : kCosts) {
    if (!anyone(names, [&](const Json& one) {
          return number(part(part(one, "cost"), cost.key)).has_value();
        })) {
      continue;
    }
    costs.push_back(cost);
    table.header.emplace_back(cost.title);
  }
  for (const ContenderName& contender : names.contenders) {
    Row row{{{contender.label}}, contender.baseline};
    for (const TaskName& task : names.tasks) {
      row.cells.push_back(mean_cell(part(part(*contender.json, "tasks"), task.name)));
    }
    if (delta) row.cells.push_back(mean_cell(part(*contender.json, "delta_m")));
    for (const CostColumn& cost : costs) {
      const auto value = number(part(part(*contender.json, "cost"), cost.key));
      row.cells.push_back({cost.form(value), value});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table difference_table(const Json& results, const Names& names, Family family) {
  Table table{"Differences paired by seed; p values of t and Wilcoxon tests, and after Holm",
              {"of", "to", "task", "difference", "n", "p (t)", "p (Wilcoxon)", "p (Holm)", "effect",
               "seeds needed", "verdict"},
              {}};
  for (const Json* one : list(part(results, "differences"))) {
    const std::size_t to = names.contender(words(part(*one, "to")));
    const bool baseline = to < names.contenders.size() && names.contenders[to].baseline;
    if (baseline != (family == Family::baseline)) continue;
    const auto value = [&](const char* key) { return cell(number(part(*one, key))); };
    const Interval found = interval(*one);
    table.rows.push_back({{{names.label(words(part(*one, "of")))},
                           {names.label(words(part(*one, "to")))},
                           {words(part(*one, "task"))},
                           {shown(found), found.mean},
                           value("n"),
                           value("t_p"),
                           value("wilcoxon_p"),
                           value("p_holm"),
                           value("effect"),
                           value("seeds_needed"),
                           {words(part(*one, "verdict"))}}});
  }
  return table;
}

}  // namespace espalier::report
