#include "espalier/metric.hpp"

namespace espalier {

Metric::~Metric() = default;

}  // namespace espalier
