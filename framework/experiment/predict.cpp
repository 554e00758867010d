#include "experiment/predict.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <ostream>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/checkpoint.hpp"
#include "experiment/named_failures.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;

std::string joined(std::span<const real> values) {
  std::vector<std::string> texts;
  for (const real x : values) texts.push_back(text::number(static_cast<double>(x)));
  return text::join(texts, " ");
}

std::string target_text(const Target& target, std::size_t row, std::size_t rows) {
  if (target.classes.data != nullptr) {
    const auto labels = target.classes.span();
    const std::size_t each = labels.size() / rows;
    std::vector<std::string> texts;
    for (const std::int32_t label : labels.subspan(row * each, each)) {
      if (label >= 0) texts.push_back(text::cat(label));
    }
    return text::join(texts, " ");
  }
  const auto values = target.values.span();
  const std::size_t each = values.size() / rows;
  const auto own = values.subspan(row * each, each);
  return std::ranges::any_of(own, [](real x) { return std::isnan(x); }) ? "" : joined(own);
}

// One label a row: the class is the largest output.
bool is_class(const Target& target, std::size_t rows) {
  return target.classes.data != nullptr && target.classes.span().size() == rows;
}

void write_rows(const PlannedModel& model, const TaskVars& vars, const std::string& task,
                Index first, std::ostream& out) {
  const Tensor prediction = model.plan->value(vars.prediction);
  const auto rows = static_cast<std::size_t>(prediction.shape[0]);
  const std::span<const real> all(prediction.data, static_cast<std::size_t>(prediction.size()));
  const std::size_t each = all.size() / rows;
  const Target target = batch_target(model, vars);
  for (std::size_t r = 0; r < rows; ++r) {
    const auto outputs = all.subspan(r * each, each);
    out << task << ',' << static_cast<std::size_t>(first) + r << ',' << target_text(target, r, rows)
        << ',';
    if (is_class(target, rows)) out << std::ranges::max_element(outputs) - outputs.begin();
    out << ',' << joined(outputs) << '\n';
  }
}

}  // namespace

void predict(const PredictRequest& request, std::ostream& out) {
  const std::string model = (fs::path(request.folder) / "model.safetensors").string();
  std::error_code failed;
  if (!fs::exists(model, failed)) {
    throw ConfigError(
        text::cat("[predict] expected the folder of a finished run, found no ", model));
  }
  RunRequest run;
  run.file = (fs::path(request.folder) / "spec.yaml").string();
  run.overrides = request.overrides;
  run.plugin_folders = request.plugin_folders;
  const std::unique_ptr<Prepared> p = prepare(run);
  load_model(model, *p->store);
  const bool test = request.split == "test";
  out << "task,row,target,predicted,outputs\n";
  const auto write_batch = [&](const PlannedModel& batch, Index first) {
    for (const TaskVars& vars : batch.tasks) {
      write_rows(batch, vars, p->tasks[static_cast<std::size_t>(vars.task)].name, first, out);
    }
  };
  name_failures([&] {
    p->evaluator->visit(test ? Evaluator::Split::test : Evaluator::Split::validation, write_batch);
  });
}

}  // namespace espalier
