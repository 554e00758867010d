#include <cmath>
#include <numeric>

#include "data/support.hpp"
#include "experiment/prepare_support.hpp"

using namespace espalier;
using data_tests::idx_header;
using espalier::test::prepare_text;
using espalier::test::TemporaryFolder;

namespace {

constexpr Index kRows = 48;

/// 48 images of 4 x 4, a label of three classes, and the same label missing from row 10 on.
struct Files {
  TemporaryFolder folder;
  Files() {
    std::string pixels, labels, few;
    for (Index i = 0; i < kRows * 16; ++i) pixels += static_cast<char>(i * 37 % 251);
    for (Index i = 0; i < kRows; ++i) {
      labels += static_cast<char>(i * i % 3);
      few += i < 10 ? labels.back() : static_cast<char>(-1);
    }
    folder.write("images", idx_header(8, {kRows, 4, 4}) + pixels);
    folder.write("labels", idx_header(9, {kRows}) + labels);
    folder.write("few", idx_header(9, {kRows}) + few);
  }

  // Tasks a and b on common images; what is said of a comes from `target`.
  std::string experiment(const std::string& target, const std::string& balance,
                         const std::string& data = "") const {
    const std::string part =
        text::cat("{ images: ", folder.path(), "/images, label: ", folder.path(),
                  "/labels, few: ", folder.path(), "/few }");
    return text::cat("name: limits\nthreads: 1\ndata:\n  d: { source: idx, train: ", part,
                     ", test: ", part, data, " }\ntrunk:\n  input: [1, 4, 4]\n  stages:\n",
                     "    - { name: dense, layers: [{ linear: 6 }, tanh] }\ntasks:\n",
                     "  a: { plugin: classification, data: d, classes: 3, ", target, " }\n",
                     "  b: { plugin: classification, data: d, classes: 3 }\n", "balance: ", balance,
                     "\noptimizer: { sgd: 0.1 }\ntrain: { batch: 4 }\n");
  }
};

std::vector<double> some_losses(Prepared& run, int steps) {
  std::vector<double> losses;
  for (int k = 0; k < steps; ++k) {
    if (run.trainer->epoch_finished()) run.trainer->next_epoch();
    run.trainer->step();
    losses.insert(losses.end(), run.trainer->losses().begin(), run.trainer->losses().end());
  }
  return losses;
}

std::vector<Index> all_rows(Index n) {
  std::vector<Index> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), Index{0});
  return rows;
}

/// The targets of both tasks when a plan over `n` rows is filled with all rows of `part`.
std::vector<double> labelled_of(Prepared& run, const Dataset& part) {
  const PlannedModel model =
      plan_model(run.spec, run.tasks, run.data, *run.store, {{0, part.rows}}, {.training = true});
  fill_stream(model, run.tasks, run.data, 0, part, all_rows(part.rows));
  std::vector<double> counts;
  for (const TaskVars& vars : model.tasks) counts.push_back(labelled(batch_target(model, vars)));
  return counts;
}

}  // namespace

TEST_CASE("a limited task sees the labels of the first training rows alone") {
  const Files files;
  const auto run =
      prepare_text(files.folder, files.experiment("limit: 10", "equal", ", validation: 0.25"));
  const Stream& stream = run->data.at(0);
  CHECK(stream.train.rows == 36);
  CHECK(labelled_of(*run, stream.train) == std::vector<double>{10, 36});
  CHECK(labelled_of(*run, stream.validation) == std::vector<double>{12, 12});
  CHECK(labelled_of(*run, stream.test) == std::vector<double>{48, 48});

  const PlannedModel model =
      plan_model(run->spec, run->tasks, run->data, *run->store, {{0, 3}}, {});
  const std::vector<Index> rows = {9, 10, 2};
  fill_stream(model, run->tasks, run->data, 0, stream.train, rows);
  const auto labels = batch_target(model, model.tasks[0]).classes.span();
  const std::vector<std::int32_t>& column = stream.train.find("label")->integers;
  CHECK(std::vector<std::int32_t>(labels.begin(), labels.end()) ==
        std::vector<std::int32_t>{column[9], -1, column[2]});
}

TEST_CASE("a limit on real targets hides them as missing numbers") {
  const TemporaryFolder folder;
  const auto run = prepare_text(
      folder,
      "name: reals\nthreads: 1\ndata:\n  d: { source: none, train: 12, test: 5 }\n"
      "trunk:\n  input: [1]\n  stages:\n    - { name: dense, layers: [{ linear: 2 }] }\n"
      "tasks:\n  a: { plugin: regression, data: d, target: none, limit: 3 }\n"
      "  b: { plugin: regression, data: d, target: none }\n"
      "optimizer: { sgd: 0.1 }\ntrain: { batch: 4 }\n");
  CHECK(labelled_of(*run, run->data.at(0).train) == std::vector<double>{3, 12});
  CHECK(labelled_of(*run, run->data.at(0).test) == std::vector<double>{5, 5});
  for (const double loss : some_losses(*run, 6)) CHECK(std::isfinite(loss));
}

TEST_CASE("a limit is the same as labels that are missing in the file, for every method") {
  const Files files;
  int methods = 0;
  for (const BalancerEntry& entry : balancer_table()) {
    const std::string name(entry.name);
    CAPTURE(name);
    const std::string choice = name == "fixed" ? "{ fixed: { weights: [1, 2] } }" : name;
    const std::string validation = entry.make()->needs().validation ? ", validation: 0.25" : "";
    // Where validation is split off, rows move: the file's missing labels are then others.
    if (!validation.empty()) continue;
    ++methods;
    const auto limited = prepare_text(files.folder, files.experiment("limit: 10", choice));
    const auto missing = prepare_text(files.folder, files.experiment("target: few", choice));
    const std::vector<double> losses = some_losses(*limited, 24);
    CHECK(losses == some_losses(*missing, 24));
    for (const double loss : losses) CHECK(std::isfinite(loss));
    // Some batches of 4 out of 48 rows have none of the first 10, some do.
    const std::uint64_t absent = limited->trainer->report().absent.at(0);
    CHECK(absent > 0);
    CHECK(absent < 24);
    CHECK(limited->trainer->report().absent.at(1) == 0);
    const auto parameters = [](Prepared& run) {
      std::vector<real> all;
      for (const Parameter& p : run.store->parameters()) {
        all.insert(all.end(), p.value.span().begin(), p.value.span().end());
      }
      return all;
    };
    CHECK(parameters(*limited) == parameters(*missing));
    for (const real w : parameters(*limited)) CHECK(std::isfinite(w));
  }
  CHECK(methods >= 30);
}

TEST_CASE("methods that look at validation losses go on where a batch has no label of a task") {
  const Files files;
  for (const char* const name : {"auto_lambda", "moml", "forum"}) {
    CAPTURE(name);
    const auto run =
        prepare_text(files.folder, files.experiment("limit: 6", name, ", validation: 0.25"));
    for (const double loss : some_losses(*run, 20)) CHECK(std::isfinite(loss));
    CHECK(run->trainer->report().absent.at(0) > 0);
  }
}

TEST_CASE("scores of a limited task count the labels it saw") {
  const Files files;
  const auto run = prepare_text(files.folder, files.experiment("limit: 10", "equal"));
  while (!run->trainer->epoch_finished()) run->trainer->step();
  // 48 rows in batches of 4: each label was seen once.
  CHECK(run->trainer->scores().at(0).state().at(1) == 10.0);
  CHECK(run->trainer->scores().at(1).state().at(1) == 48.0);
  for (const auto& measured : run->trainer->scores().at(0).values()) {
    CAPTURE(measured.first);
    CHECK(std::isfinite(measured.second));
  }
  const auto tested = run->evaluator->evaluate(Evaluator::Split::test);
  CHECK(tested.at(0).state().at(1) == 48.0);
}

TEST_CASE("training rows that no task learns from are left out") {
  const Files files;
  const std::string both = files.experiment("limit: 10", "equal");
  std::string limits = both;
  limits.replace(limits.find("b: { plugin: classification,"), 28,
                 "b: { plugin: classification, limit: 20,");
  CHECK(prepare_text(files.folder, limits)->data.at(0).train.rows == 20);
  CHECK(prepare_text(files.folder, both)->data.at(0).train.rows == kRows);
  // A task alone with its limit is a data set with that limit.
  const auto task = prepare_text(files.folder, both + "only: [a]\n");
  CHECK(task->data.at(0).train.rows == 10);
  const auto set = prepare_text(
      files.folder, files.experiment("target: label", "equal", ", limit: 10") + "only: [a]\n");
  CHECK(some_losses(*task, 10) == some_losses(*set, 10));
  const auto beyond =
      prepare_text(files.folder, files.experiment("limit: 1000", "equal") + "only: [a]\n");
  CHECK(beyond->data.at(0).train.rows == kRows);
}
