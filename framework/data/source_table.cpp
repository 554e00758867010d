#include "data/make.hpp"

namespace espalier {

Source::~Source() = default;

std::span<const SourceEntry> source_table() {
  static constexpr SourceEntry kTable[] = {
      {"idx", "images and labels in IDX files, plain or gzip, as MNIST's", make_idx},
      {"glyphs", "embedded synthetic handwriting: letters and digits, 28 x 28", make_glyphs},
      {"csv", "numbers in columns under a header line, plain or gzip", make_csv},
  };
  return kTable;
}

}  // namespace espalier
