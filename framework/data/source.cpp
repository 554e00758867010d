#include "espalier/source.hpp"

namespace espalier {

Source::~Source() = default;

}  // namespace espalier
