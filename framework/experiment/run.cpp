#include "experiment/run.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/failure_report.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/interrupt.hpp"
#include "experiment/named_failures.hpp"
#include "experiment/progress_line.hpp"
#include "experiment/records.hpp"
#include "experiment/run_folder.hpp"
#include "experiment/safetensors.hpp"
#include "experiment/spec_write.hpp"
#include "experiment/summary.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// A run with its folder: the loop over epochs, and everything that is written.
class Session {
 public:
  Session(Prepared& run, RunFolder& folder, bool quiet)
      : run_(run), folder_(folder), progress_(run, quiet) {}

  RunOutcome go() {
    take_up();
    try {
      while (true) {
        if (train_epoch() == RunStatus::interrupted) return finish("interrupted");
        const bool last = run_.trainer->finished();
        if (last) save();  // before the epoch's record: a resumed run writes it once
        finish_epoch();
        if (last) break;
        run_.trainer->next_epoch();
        save_if_due();
      }
      results_["test"] = evaluate(Evaluator::Split::test);
      write_model();
      return finish("done");
    } catch (...) {
      fail();
    }
  }

 private:
  // Whatever was thrown, perhaps by a plugin: its object must not outlive the plugin's library.
  [[noreturn]] void fail() {
    const Thrown thrown = describe_thrown();
    const std::string what = failure_sentence(thrown, where::take_failure());
    folder_.log(what);
    try {
      finish("failed");
    } catch (const Error& error) {  // of a plugin once more, or the disk is full
      folder_.log(error.what());
    }
    throw RunFailure(what);
  }

  void take_up() {
    std::uint64_t metrics = 0;
    if (folder_.resumed()) {
      if (const auto state =
              load_checkpoint(folder_.file("checkpoint"), *run_.store, run_.trainer->updater(),
                              run_.trainer->balancer_tensors())) {
        run_.trainer->restore(*state);
        metrics = state->metrics_bytes;
        progress_.say(text::cat("resumed after step ", state->step));
      }
    }
    folder_.open_metrics(metrics);
    folder_.log(text::cat("started at step ", run_.trainer->state().step));
    note_long_way();
  }

  RunStatus train_epoch() {
    const auto every = static_cast<std::uint64_t>(run_.spec.train.log_every);
    while (!run_.trainer->epoch_finished() && !run_.trainer->finished()) {
      if (InterruptWatch::requested()) return RunStatus::interrupted;
      run_.trainer->step();
      note_fallback();
      if (every > 0 && run_.trainer->state().step % every == 0) {
        folder_.append_metrics(step_record(run_));
      }
      progress_.step();
    }
    return RunStatus::done;
  }

  void note_long_way() {
    const std::string why = run_.trainer->balance_note();
    if (why.empty()) return;
    const std::string sentence = text::cat("balance '", run_.spec.balance.name, "': ", why);
    folder_.log(sentence);
    progress_.say(sentence);
  }

  // The first one is explained; the summary counts them all.
  void note_fallback() {
    const std::string_view why = run_.trainer->report().last_fallback;
    if (why.empty() || fallback_noted_) return;
    fallback_noted_ = true;
    const std::string sentence = text::cat("step ", run_.trainer->state().step, ": balance '",
                                           run_.spec.balance.name, "': ", why);
    folder_.log(sentence);
    progress_.say(sentence);
  }

  std::vector<std::vector<std::pair<std::string, double>>> evaluate(Evaluator::Split split) {
    std::vector<std::vector<std::pair<std::string, double>>> values;
    run_.clock->time(PhaseClock::evaluate,
                     [&] { values = values_of(run_.evaluator->evaluate(split)); });
    return values;
  }

  void finish_epoch() {
    results_["train"] = values_of(run_.trainer->scores());
    results_["validation"] = evaluate(Evaluator::Split::validation);
    folder_.append_metrics(epoch_record(run_, results_));
    progress_.epoch(results_);
  }

  void save() {
    RunState state = run_.trainer->snapshot();
    state.metrics_bytes = folder_.sync_metrics();
    save_checkpoint(folder_.file("checkpoint"), state, *run_.store, run_.trainer->updater(),
                    run_.trainer->balancer_tensors());
  }

  void save_if_due() {
    const auto every = static_cast<std::uint64_t>(run_.spec.train.checkpoint_every);
    if (every > 0 && run_.trainer->state().epoch % every == 0) save();
  }

  void write_model() {
    write_safetensors(folder_.file("model.safetensors"), model_tensors(*run_.store),
                      {{"espalier.name", run_.spec.name}});
  }

  RunOutcome finish(const std::string& status) {
    if (status == "interrupted") save();
    const std::string text = make_summary(run_, results_, status).dump(2) + "\n";
    file::write_atomically(folder_.file("summary.json"), text);
    folder_.log(status);
    return {status == "interrupted" ? RunStatus::interrupted : RunStatus::done, folder_.path(),
            text};
  }

  Prepared& run_;
  RunFolder& folder_;
  ProgressLine progress_;
  Results results_;
  bool fallback_noted_ = false;
};

/// A finished run is not run again: its summary is the answer.
std::string finished_summary(const std::string& folder) {
  const std::string path = (fs::path(folder) / "summary.json").string();
  std::error_code missing;
  if (!fs::exists(path, missing)) return "";
  const std::string text = file::read(path);
  const auto summary = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  return summary.is_object() && summary.value("status", "") == "done" ? text : "";
}

// One batch of everything, nothing written.
RunOutcome dry_run(Prepared& run) {
  Results results;
  name_failures([&] {
    run.trainer->step();
    results["train"] = values_of(run.trainer->scores());
    results["validation"] = values_of(run.evaluator->evaluate(Evaluator::Split::validation, 1));
    results["test"] = values_of(run.evaluator->evaluate(Evaluator::Split::test, 1));
  });
  return {RunStatus::done, "", make_summary(run, results, "dry run").dump(2) + "\n"};
}

std::string folder_of(const RunRequest& request, const Prepared& run) {
  if (!request.out.empty()) return request.out;
  return text::cat("runs/", run.spec.name, "-", spec_hash(run.resolved));
}

}  // namespace

RunOutcome run_experiment(const RunRequest& request) {
  const InterruptWatch watch;
  const std::unique_ptr<Prepared> run = prepare(request);
  if (request.dry_run) return dry_run(*run);
  RunFolder folder(folder_of(request, *run), run->resolved, request.resume);
  failure_report::set_folder(folder.path());
  if (folder.resumed()) {
    const std::string summary = finished_summary(folder.path());
    if (!summary.empty()) return {RunStatus::done, folder.path(), summary};
  }
  return Session(*run, folder, request.quiet).go();
}

}  // namespace espalier
