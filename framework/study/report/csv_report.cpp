#include "study/report/names.hpp"
#include "study/report/report.hpp"

namespace espalier {

namespace report {

namespace {

using Numbers = std::vector<std::optional<double>>;

/// Rows of one contender, each starting with who it is.
class Rows {
 public:
  Rows(Table& table, const ContenderName& contender) : table_(table), contender_(contender) {}

  Row& add(const std::string& kind, const TaskName& task) {
    Row row{{{kind},
             {contender_.id},
             {contender_.label},
             {contender_.baseline ? "yes" : "no"},
             {task.name},
             {task.measure}}};
    table_.rows.push_back(std::move(row));
    return table_.rows.back();
  }

  void scores(const std::string& kind, const TaskName& task, const Json& given, const Json& seeds) {
    const Numbers values = numbers(part(given, "values"));
    for (std::size_t s = 0; s < values.size(); ++s) {
      const std::string seed = words(item(seeds, s));
      const Json& run = run_of(task.name, seed);
      Row& row = add(kind + "seed", task);
      row.cells.insert(row.cells.end(), {{seed},
                                         {words(part(run, "status"))},
                                         exact(values[s]),
                                         {},
                                         {},
                                         {},
                                         {words(part(run, "hash"))}});
    }
    const Interval mean = interval(given);
    if (!mean.mean) return;
    Row& row = add(kind + "mean", task);
    row.cells.insert(
        row.cells.end(),
        {{}, {}, exact(mean.mean), exact(mean.low), exact(mean.high), exact(mean.n), {}});
  }

  static Cell exact(const std::optional<double>& value) { return {"", value}; }

 private:
  /// The run that gave `task` its score: its own, or the one of all tasks.
  const Json& run_of(const std::string& task, const std::string& seed) const {
    static const Json kNone;
    for (const Json* run : list(part(*contender_.json, "runs"))) {
      const std::string of = words(part(*run, "task"));
      if (words(part(*run, "seed")) == seed && (of.empty() || of == task)) return *run;
    }
    return kNone;
  }

  Table& table_;
  const ContenderName& contender_;
};

void add_contender(Table& table, const ContenderName& contender, const Names& names,
                   const Json& seeds) {
  Rows rows(table, contender);
  for (const TaskName& task : names.tasks) {
    rows.scores("", task, part(part(*contender.json, "tasks"), task.name), seeds);
  }
  rows.scores("delta_m ", {"", "delta_m", true, false}, part(*contender.json, "delta_m"), seeds);
  for (const auto& [key, value] : entries(part(*contender.json, "cost"))) {
    const auto cost = number(*value);
    if (!cost) continue;
    Row& row = rows.add("cost", {"", key, true, false});
    row.cells.insert(row.cells.end(), {{}, {}, Rows::exact(cost), {}, {}, {}, {}});
  }
}

}  // namespace

}  // namespace report

std::string csv_report(const nlohmann::ordered_json& results) {
  using namespace report;
  Table table{"",
              {"kind", "contender", "label", "baseline", "task", "measure", "seed", "status",
               "value", "low", "high", "n", "hash"},
              {}};
  const Names who = names(results);
  for (const ContenderName& contender : who.contenders) {
    add_contender(table, contender, who, part(part(results, "study"), "seeds"));
  }
  return csv(table);
}

}  // namespace espalier
