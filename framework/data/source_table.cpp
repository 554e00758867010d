#include "data/make.hpp"

namespace espalier {

std::span<const SourceEntry> source_table() {
  static constexpr SourceEntry kTable[] = {
      {"idx", "images and labels in IDX files, plain or gzip, as MNIST's", make_idx},
      {"multi_mnist",
       "two images of IDX files in one, and both their labels, 'left' and 'right': two tasks on "
       "common inputs (MultiMNIST and its relatives)",
       make_multi_mnist},
      {"glyphs", "embedded synthetic handwriting: letters and digits, 28 x 28", make_glyphs},
      {"csv", "numbers in columns under a header line, plain or gzip", make_csv},
      {"none",
       "no data: rows to count steps by (`train: 1000`, one where absent), each with a zero in "
       "'inputs' and in the target 'none', for tasks that are a function of the trunk alone",
       make_none},
  };
  return kTable;
}

}  // namespace espalier
