// module: core
#pragma once

#include <stdexcept>
#include <string>

#include "espalier/api.hpp"

namespace espalier {

/// @addtogroup plugins
/// @{

/// Base of every error Espalier raises. The text is one sentence that says where, what was expected
/// and what was found; anything else that escapes is a bug.
class ESPALIER_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~Error() override;
};

/// The user gave something wrong (exit code 2); nothing was changed on disk.
class ESPALIER_API BadInput : public Error {
 public:
  using Error::Error;
  ~BadInput() override;
};

/// Something went wrong while a run was under way (exit code 1): NaN loss, full disk, ...
class ESPALIER_API RunFailure : public Error {
 public:
  using Error::Error;
  ~RunFailure() override;
};

/// A YAML file or an override is wrong: "file:line:column: path: expected ..., found ...".
class ESPALIER_API ConfigError : public BadInput {
 public:
  using BadInput::BadInput;
  ~ConfigError() override;
};

/// Shapes that do not fit: "[op] expected ..., found ...".
class ESPALIER_API ShapeError : public BadInput {
 public:
  using BadInput::BadInput;
  ~ShapeError() override;
};

/// A data file that is not what it should be: "[source] file: byte N: ...".
class ESPALIER_API DataError : public BadInput {
 public:
  using BadInput::BadInput;
  ~DataError() override;
};

/// A plugin that cannot be used, or that threw: "[plugin NAME] stage: ...".
class ESPALIER_API PluginError : public BadInput {
 public:
  using BadInput::BadInput;
  ~PluginError() override;
};
/// @}

}  // namespace espalier
