#include "sharing/make.hpp"

namespace espalier {

std::span<const SharingEntry> sharing_table() {
  static constexpr SharingEntry kTable[] = {
      {"hard",
       {"one trunk for all tasks, one head for each", "every stage is `shared`",
        "Caruana 1997, Multitask Learning", "the whole trunk"},
       make_hard_sharing},
      {"none",
       {"a trunk for each task", "every stage is `private`", "",
        "none: only methods that work on losses are legal"},
       make_no_sharing},
  };
  return kTable;
}

}  // namespace espalier
