#include "experiment/task_groups.hpp"

#include <algorithm>

namespace espalier {

double group_gain(std::span<const double> affinity, std::size_t tasks,
                  std::span<const std::size_t> group) {
  if (group.size() < 2) return 0.0;
  double sum = 0.0;
  for (const std::size_t i : group) {
    for (const std::size_t j : group) {
      if (i != j) sum += affinity[i * tasks + j];
    }
  }
  return sum / static_cast<double>(group.size() - 1);
}

namespace {

class Search {
 public:
  Search(std::span<const double> affinity, std::size_t tasks, std::size_t most)
      : affinity_(affinity), tasks_(tasks), most_(most) {}

  std::vector<std::vector<std::size_t>> run() {
    place(0);
    return best_;
  }

 private:
  // Puts `task` into each group so far, or into one of its own: every partition comes once.
  void place(std::size_t task) {
    if (task == tasks_) return judge();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      groups_[g].push_back(task);
      place(task + 1);
      groups_[g].pop_back();
    }
    if (groups_.size() == most_) return;
    groups_.push_back({task});
    place(task + 1);
    groups_.pop_back();
  }

  void judge() {
    double gain = 0.0;
    for (const auto& group : groups_) gain += group_gain(affinity_, tasks_, group);
    const bool better = best_.empty() || gain > gain_ + kTie;
    const bool smaller = !best_.empty() && gain > gain_ - kTie && groups_.size() < best_.size();
    if (!better && !smaller) return;
    gain_ = gain;
    best_ = groups_;
  }

  static constexpr double kTie = 1e-12;

  std::span<const double> affinity_;
  std::size_t tasks_, most_;
  std::vector<std::vector<std::size_t>> groups_, best_;
  double gain_ = 0.0;
};

}  // namespace

std::vector<std::vector<std::size_t>> best_groups(std::span<const double> affinity,
                                                  std::size_t tasks, std::size_t most) {
  return Search(affinity, tasks, std::max<std::size_t>(1, most)).run();
}

}  // namespace espalier
