#include "espalier/error.hpp"

namespace espalier {

// Out-of-line destructors: one copy of the type information, in libespalier, so that an error
// thrown by a plugin is caught by its type in the host.
Error::~Error() = default;
BadInput::~BadInput() = default;
RunFailure::~RunFailure() = default;
ConfigError::~ConfigError() = default;
ShapeError::~ShapeError() = default;
DataError::~DataError() = default;
PluginError::~PluginError() = default;

}  // namespace espalier
