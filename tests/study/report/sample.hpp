#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace espalier::report_tests {

using Json = nlohmann::ordered_json;

/// Everything that a format could take for its own.
inline const std::string kHostile =
    "</script><script>window.pwned=1</script>\"'&amp;<b>|`*_{}$%#~^\\,;[x]\n=1+1\r\n"
    "<img src=x onerror=window.pwned=1>";

inline Json interval_json(double mean, double half, int n = 3) {
  return {{"mean", mean}, {"low", mean - half}, {"high", mean + half}, {"n", n}};
}

/// A study of `contenders` (the first is the baseline) on `tasks`, three seeds, every part present.
/// Numbers follow formulas: the same on every machine.
class Sample {
 public:
  Sample(std::vector<std::string> contenders, std::vector<std::string> tasks, int epochs = 12)
      : contenders_(std::move(contenders)), tasks_(std::move(tasks)), epochs_(epochs) {}

  Json json() const {
    Json j;
    j["study"] = {{"name", "Sharing of two scripts"},
                  {"description", "What hard sharing costs."},
                  {"file", "study.yaml"},
                  {"seeds", {1, 2, 3}},
                  {"budget", "10 epochs"},
                  {"select", "last epoch"},
                  {"level", 0.95}};
    j["axes"] = Json::array({{{"key", "sharing"}, {"values", {"none", "hard"}}}});
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      j["tasks"].push_back({{"name", tasks_[t]},
                            {"measure", t == 1 ? "rmse" : "accuracy"},
                            {"higher_is_better", t != 1},
                            {"synthetic", t == 0}});
    }
    for (std::size_t c = 0; c < contenders_.size(); ++c) j["contenders"].push_back(contender(c));
    add_comparisons(j);
    add_course(j);
    j["alarms"] = {"hard: seed 3 has no score on " + tasks_[0]};
    j["verdict"] = {contenders_.back() + " is no better than " + contenders_[0]};
    j["provenance"] = Json::array({{{"label", "hard, seed 1"},
                                    {"command", "espalier run 'a b.yaml' --set x=1"},
                                    {"hash", "89ab"},
                                    {"build", "g++ 12"},
                                    {"blas_core", "Haswell"},
                                    {"threads", 1},
                                    {"data", {{tasks_[0], "0123abcd"}}}}});
    return j;
  }

  static double mean(std::size_t c, std::size_t t) {
    return 0.9 + 0.01 * static_cast<double>(c) - 0.05 * static_cast<double>(t) +
           0.003 * std::sin(static_cast<double>(c * 7 + t * 3));
  }

 private:
  Json contender(std::size_t c) const {
    Json j = {{"id", "id" + std::to_string(c)},
              {"label", contenders_[c]},
              {"baseline", c == 0},
              {"values", Json::object()}};
    for (int seed = 1; seed <= 3; ++seed) {
      const bool failed = c == 1 && seed == 3;
      j["runs"].push_back({{"seed", seed},
                           {"status", failed ? "failed" : "done"},
                           {"hash", "89ab" + std::to_string(seed)},
                           {"folder", "runs/" + contenders_[c]},
                           {"error", failed ? Json("loss is NaN at step 7") : Json()},
                           {"task", nullptr},
                           {"command", "espalier run x.yaml --set 'name=" + contenders_[c] + "'"}});
    }
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      Json& scores = j["tasks"][tasks_[t]];
      scores = interval_json(mean(c, t), 0.0123);
      scores["values"] = {mean(c, t) - 0.004, mean(c, t) + 0.004, Json()};
    }
    j["delta_m"] = interval_json(0.01 * static_cast<double>(c), 0.02);
    j["cost"] = {{"parameters", 4.12e4 * static_cast<double>(c + 1)},
                 {"shared_parameters", c == 0 ? 0.0 : 3e4},
                 {"flops", 1.7e6},
                 {"seconds", 12.5 + static_cast<double>(c)},
                 {"memory_bytes", 6e7}};
    return j;
  }

  void add_comparisons(Json& j) const {
    for (std::size_t c = 1; c < contenders_.size(); ++c) {
      const std::string id = "id" + std::to_string(c);
      Json difference = interval_json(0.01, 0.02, 3);
      difference.update({{"of", id},
                         {"to", "id0"},
                         {"task", tasks_[0]},
                         {"t_p", 0.04},
                         {"wilcoxon_p", nullptr},
                         {"effect", 0.9},
                         {"p_holm", 0.1},
                         {"seeds_needed", 12},
                         {"verdict", "no difference shown"}});
      j["differences"].push_back(difference);
      for (std::size_t t = 0; t < tasks_.size(); ++t) {
        const double change = (t % 2 ? -0.02 : 0.03) * static_cast<double>(c);
        j["relative"][id][tasks_[t]] = {
            {"change", change}, {"low", change - 0.025}, {"high", change + 0.025}};
      }
    }
    for (std::size_t c = 0; c < contenders_.size(); ++c) {
      const std::string id = "id" + std::to_string(c);
      j["ranks"]["average"][id] = 1.0 + 0.8 * static_cast<double>(c);
      Json values = Json::array();
      for (std::size_t t = 0; t < tasks_.size(); ++t) values.push_back(mean(c, t));
      j["pareto"]["points"].push_back({{"id", id}, {"values", values}, {"front", c > 0}});
      j["sizes"]["contenders"][id] = {{"mean", {0.5, 0.7, mean(c, 0)}},
                                      {"low", {0.45, 0.66, mean(c, 0) - 0.01}},
                                      {"high", {0.55, 0.74, mean(c, 0) + 0.01}}};
    }
    j["ranks"].update({{"rows", 6}, {"critical_difference", 1.2}, {"friedman_p", 0.03}});
    j["pareto"]["tasks"] = tasks_;
    j["pareto"]["hypervolume"] = {{"reference", std::vector<double>(tasks_.size(), 0.8)},
                                  {"value", 0.0123}};
    j["sizes"].update({{"task", tasks_[0]}, {"limits", {100, 1000, 10000}}});
    j["transfer"] = {{"tasks", tasks_}};
    for (std::size_t a = 0; a < tasks_.size(); ++a) {
      for (const char* key : {"change", "low", "high"}) {
        Json row = Json::array();
        for (std::size_t b = 0; b < tasks_.size(); ++b) {
          const double offset = key[0] == 'l' ? -0.015 : key[0] == 'h' ? 0.015 : 0.0;
          row.push_back(a == b ? Json() : Json(0.01 * static_cast<double>(a + 2 * b) + offset));
        }
        j["transfer"][key].push_back(row);
      }
    }
  }

  /// What happens epoch by epoch.
  void add_course(Json& j) const {
    std::vector<int> epochs;
    for (int e = 1; e <= epochs_; ++e) epochs.push_back(e);
    for (std::size_t c = 0; c < contenders_.size(); ++c) {
      const std::string id = "id" + std::to_string(c);
      for (std::size_t t = 0; t < tasks_.size(); ++t) {
        Json& curve = j["curves"][id][tasks_[t]];
        curve = {{"measure", "accuracy"}, {"epochs", epochs}};
        for (int seed = 1; seed <= 3; ++seed) {
          for (const int e : epochs) {
            curve["seeds"][std::to_string(seed)].push_back(
                mean(c, t) * (1.0 - std::exp(-0.3 * e)) + 0.01 * seed + 0.005 * std::sin(e * seed));
          }
        }
        Json& weights = j["weights"][id];
        weights["epochs"] = epochs;
        for (const int e : epochs) {
          weights["tasks"][tasks_[t]].push_back(0.5 + (t % 2 ? 0.1 : -0.1) * std::sin(0.5 * e));
        }
      }
      if (tasks_.size() < 2) continue;
      Json& conflict = j["conflict"][id];
      conflict["epochs"] = epochs;
      for (const int e : epochs) {
        const std::string pair = tasks_[0] + ", " + tasks_[1];
        conflict["cosine"][pair].push_back(0.3 * std::cos(0.4 * e));
        conflict["conflicting"][pair].push_back(0.5 + 0.2 * std::sin(0.4 * e));
      }
    }
  }

  std::vector<std::string> contenders_, tasks_;
  int epochs_;
};

inline Json plain_sample() {
  return Sample({"each task alone", "hard", "cross-stitch"}, {"letters", "digits"}).json();
}

inline Json hostile_sample() {
  Json j = Sample({kHostile + "0", kHostile + "1"}, {kHostile + "a", kHostile + "b"}).json();
  for (const char* key : {"name", "description", "file", "budget", "select"}) {
    j["study"][key] = kHostile;
  }
  j["alarms"] = {kHostile};
  j["verdict"] = {kHostile};
  j["axes"][0] = {{"key", kHostile}, {"values", {kHostile}}};
  for (const char* key : {"label", "command", "hash", "build", "blas_core"}) {
    j["provenance"][0][key] = kHostile;
  }
  return j;
}

}  // namespace espalier::report_tests
