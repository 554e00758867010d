#include "sharing/make.hpp"

namespace espalier {

std::span<const SharingEntry> sharing_table() {
  static constexpr SharingEntry kTable[] = {
      {"hard", "one trunk for all tasks, one head for each", "Caruana 1997", make_hard_sharing},
  };
  return kTable;
}

}  // namespace espalier
