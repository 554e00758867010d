#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "espalier/fields.hpp"

namespace espalier {

/// Grey images of one size with a label each, from two IDX files.
struct ImageSet {
  Dataset data;
  std::string images_file;  ///< for messages
  const std::vector<real>& images() const { return data.find("images")->reals; }
  const std::vector<std::int32_t>& labels() const { return data.find("label")->integers; }
  Index classes() const { return data.find("label")->classes; }
  Index height() const { return data.find("images")->sample[0]; }
  Index width() const { return data.find("images")->sample[1]; }
};

/// Pixels become numbers from 0 to 1. Throws DataError "[<source>] FILE: ..." where a file does not
/// hold such images or labels.
ImageSet read_image_set(const Path& images, const Path& label, std::string_view source);

}  // namespace espalier
