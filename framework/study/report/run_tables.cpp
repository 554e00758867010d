// Tables about the runs rather than their scores.
#include "core/text.hpp"
#include "study/report/headline.hpp"

namespace espalier::report {

namespace {

std::string joined(const Json& values) {
  std::vector<std::string> all;
  for (const Json* one : list(values)) all.push_back(words(*one));
  return text::join(all, ", ");
}

}  // namespace

Table failed_table(const Names& names) {
  Table table{"", {"contender", "task", "seed", "error"}, {}};
  for (const ContenderName& contender : names.contenders) {
    for (const Json* run : list(part(*contender.json, "runs"))) {
      if (words(part(*run, "status")) != "failed") continue;
      table.rows.push_back({{{contender.label},
                             {words(part(*run, "task"))},
                             {words(part(*run, "seed"))},
                             {words(part(*run, "error"))}}});
    }
  }
  return table;
}

Table run_table(const Names& names) {
  Table table{"Runs", {"contender", "task", "seed", "status", "hash", "folder"}, {}};
  for (const ContenderName& contender : names.contenders) {
    for (const Json* run : list(part(*contender.json, "runs"))) {
      Row row{{{contender.label}}};
      for (const char* key : {"task", "seed", "status", "hash", "folder"}) {
        row.cells.push_back({words(part(*run, key))});
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Table provenance_table(const Json& results) {
  Table table{"Provenance", {"run", "hash", "build", "BLAS core", "threads", "data"}, {}};
  for (const Json* one : list(part(results, "provenance"))) {
    std::vector<std::string> data;
    for (const auto& [name, digest] : entries(part(*one, "data"))) {
      data.push_back(name + " " + words(*digest));
    }
    table.rows.push_back({{{words(part(*one, "label"))},
                           {words(part(*one, "hash"))},
                           {words(part(*one, "build"))},
                           {words(part(*one, "blas_core"))},
                           {words(part(*one, "threads"))},
                           {text::join(data, ", ")}}});
  }
  return table;
}

std::vector<std::pair<std::string, std::string>> commands(const Json& results, const Names& names) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto add = [&](const std::string& label, const std::string& command) {
    if (!command.empty()) all.emplace_back(label, command);
  };
  for (const Json* one : list(part(results, "provenance"))) {
    add(words(part(*one, "label")), words(part(*one, "command")));
  }
  for (const ContenderName& contender : names.contenders) {
    for (const Json* run : list(part(*contender.json, "runs"))) {
      const std::string task = words(part(*run, "task"));
      add(text::cat(contender.label, task.empty() ? "" : ", ", task, ", seed ",
                    words(part(*run, "seed"))),
          words(part(*run, "command")));
    }
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> study_facts(const Json& results) {
  const Json& study = part(results, "study");
  std::vector<std::pair<std::string, std::string>> all;
  const auto add = [&](const char* label, const std::string& fact) {
    if (!fact.empty()) all.emplace_back(label, fact);
  };
  add("file", words(part(study, "file")));
  add("seeds", joined(part(study, "seeds")));
  add("budget", words(part(study, "budget")));
  add("selection", words(part(study, "select")));
  add("level", words(part(study, "level")));
  for (const Json* axis : list(part(results, "axes"))) {
    const std::string key = words(part(*axis, "key"));
    if (!key.empty()) all.emplace_back(key, joined(part(*axis, "values")));
  }
  return all;
}

}  // namespace espalier::report
