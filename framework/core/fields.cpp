#include "espalier/fields.hpp"

namespace espalier {

Fields::~Fields() = default;

}  // namespace espalier
