// How runs went, epoch by epoch: scores by seed, conflict and weights as means over seeds.
#include <map>
#include <sstream>

#include "core/file.hpp"
#include "study/results/parts.hpp"

namespace espalier::results {

namespace {

// Epoch records of a run; a torn last line is left out.
std::vector<ordered_json> epochs_of(const std::string& folder) {
  std::vector<ordered_json> records;
  std::istringstream lines(file::read(folder + "/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    ordered_json record = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (record.is_object() && record.value("kind", "") == "epoch") {
      records.push_back(std::move(record));
    }
  }
  return records;
}

// A value somewhere in a record, NaN where it is not.
double at(const ordered_json& record, const std::vector<std::string>& path) {
  const ordered_json* j = &record;
  for (const std::string& key : path) {
    const auto found = j->find(key);
    if (found == j->end()) return std::nan("");
    j = &*found;
  }
  return j->is_number() ? j->get<double>() : std::nan("");
}

/// Means over runs of series of one length: the longest.
class MeanSeries {
 public:
  void add(std::size_t epoch, double value) {
    if (sums_.size() <= epoch) {
      sums_.resize(epoch + 1);
      counts_.resize(epoch + 1);
    }
    if (std::isnan(value)) return;
    sums_[epoch] += value;
    counts_[epoch] += 1.0;
  }
  std::vector<double> means() const {
    std::vector<double> all(sums_.size());
    for (std::size_t e = 0; e < all.size(); ++e) all[e] = sums_[e] / counts_[e];
    return all;
  }
  bool any() const {
    for (const double count : counts_) {
      if (count > 0.0) return true;
    }
    return false;
  }

 private:
  std::vector<double> sums_, counts_;
};

using Series = std::map<std::string, MeanSeries>;

ordered_json means(const Series& all) {
  ordered_json j = ordered_json::object();
  for (const auto& [name, series] : all) {
    if (series.any()) j[name] = numbers(series.means());
  }
  return j;
}

ordered_json count_to(std::size_t epochs) {
  ordered_json j = ordered_json::array();
  for (std::size_t e = 1; e <= epochs; ++e) j.push_back(e);
  return j;
}

/// All that is drawn of one contender.
class Course {
 public:
  explicit Course(const StudyOutcome& outcome) : outcome_(outcome) {}

  void add(const StudyRun& run, const std::string& folder) {
    const std::vector<ordered_json> records = epochs_of(folder);
    longest_ = std::max(longest_, records.size());
    for (std::size_t e = 0; e < records.size(); ++e) {
      for (const TaskMeasure& task : outcome_.tasks) {
        add_score(run, task, records[e]);
        weights_[task.name].add(e, at(records[e], {"weights", task.name}));
        for (const TaskMeasure& other : outcome_.tasks) {
          const std::string pair = task.name + "/" + other.name;
          const auto value = [&](const char* what) {
            return at(records[e], {"gradients", "trunk", what, pair});
          };
          if (std::isnan(value("cosine"))) continue;
          cosine_[pair].add(e, value("cosine"));
          conflicting_[pair].add(e, value("conflicts"));
        }
      }
    }
  }

  void write(const std::string& label, ordered_json& results) const {
    for (const auto& [task, curve] : curves_.items()) {
      results["curves"][label][task] = curve;
      results["curves"][label][task]["epochs"] = count_to(longest_);
    }
    const ordered_json weights = means(weights_);
    if (!weights.empty()) {
      results["weights"][label] = {{"epochs", count_to(longest_)}, {"tasks", weights}};
    }
    const ordered_json cosine = means(cosine_);
    if (!cosine.empty()) {
      results["conflict"][label] = {
          {"epochs", count_to(longest_)}, {"cosine", cosine}, {"conflicting", means(conflicting_)}};
    }
  }

 private:
  // Validation rows where there are some: test rows are looked at once, at the end.
  void add_score(const StudyRun& run, const TaskMeasure& task, const ordered_json& record) {
    const double validation = at(record, {"tasks", task.name, "validation", task.measure});
    const double train = at(record, {"tasks", task.name, "train", task.measure});
    const bool has = !std::isnan(validation);
    if (!has && std::isnan(train)) return;
    ordered_json& curve = curves_[task.name];
    curve["measure"] = task.measure + (has ? ", validation" : ", training");
    curve["seeds"][std::to_string(run.seed)].push_back(finite(has ? validation : train));
  }

  const StudyOutcome& outcome_;
  std::size_t longest_ = 0;
  ordered_json curves_ = ordered_json::object();
  Series weights_, cosine_, conflicting_;
};

}  // namespace

void add_courses(const StudyOutcome& outcome, const Store& store, ordered_json& results) {
  for (const char* key : {"curves", "conflict", "weights"}) results[key] = ordered_json::object();
  for (const ContenderOutcome& c : outcome.contenders) {
    Course course(outcome);
    for (const StudyRun& run : c.runs) {
      if (run.state == Store::State::done) course.add(run, store.folder(run.id));
    }
    course.write(c.contender.label, results);
  }
}

}  // namespace espalier::results
