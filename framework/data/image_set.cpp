#include "data/image_set.hpp"

#include "core/text.hpp"
#include "data/idx_files.hpp"
#include "espalier/error.hpp"

namespace espalier {

ImageSet read_image_set(const Path& images, const Path& label, std::string_view source) {
  ImageSet set{read_idx_files({{"images", images}, {"label", label}}, 1.0 / 255.0), images.file};
  const ColumnData& pixels = *set.data.find("images");
  const ColumnData& labels = *set.data.find("label");
  if (pixels.sample.rank() != 3 || pixels.sample[2] != 1) {
    throw DataError(text::cat("[", source, "] ", images.file,
                              ": expected grey images (n, height, width), found samples of shape ",
                              to_string(pixels.sample)));
  }
  if (labels.dtype != Dtype::integer) {
    throw DataError(text::cat("[", source, "] ", label.file,
                              ": expected whole labels, one a row, found samples of shape ",
                              to_string(labels.sample)));
  }
  for (const real pixel : pixels.reals) {  // files of other types than bytes are not scaled
    if (pixel >= 0 && pixel <= 1) continue;
    throw DataError(text::cat("[", source, "] ", images.file,
                              ": expected bytes, or numbers from 0 to 1, found ",
                              text::number(static_cast<double>(pixel))));
  }
  return set;
}

}  // namespace espalier
