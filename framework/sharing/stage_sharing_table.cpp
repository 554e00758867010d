#include "sharing/make.hpp"

namespace espalier {

std::span<const StageSharingEntry> stage_sharing_table() {
  static constexpr StageSharingEntry kTable[] = {
      {"private",
       {"each task has a copy of the layers", "x_t = f_t(x_t), on the rows of task t alone", "",
        "none"},
       make_private_stage},
      {"shared",
       {"all tasks, or those of a group, use the same layers",
        "x_t = f(x_t); tasks with the same features pass together\n"
        "groups: [[a, b], [c]]: one copy of the layers for a and b, one for c",
        "Caruana 1997, Multitask Learning", "the layers of every group of two tasks or more"},
       make_shared_stage},
  };
  return kTable;
}

}  // namespace espalier
