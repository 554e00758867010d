#pragma once

#include <memory>

#include "data/source.hpp"

/// The sources, one file each; source_table.cpp lists them.
namespace espalier {

std::unique_ptr<Source> make_csv();
std::unique_ptr<Source> make_glyphs();
std::unique_ptr<Source> make_idx();
std::unique_ptr<Source> make_multi_mnist();
std::unique_ptr<Source> make_none();

}  // namespace espalier
