#pragma once

#include <string>

#include "experiment/prepared.hpp"

namespace espalier {

/// Names a run by all that determines its bits: the resolved spec (seed and threads among it), the
/// framework's and the plugins' libraries, BLAS's kernel set, the instructions that `precision`
/// leads to, and the bytes of every file that `data:` names. "NAME-" and the first 16 hexadecimal
/// digits of the SHA-256 of these. Files are read once in a process, again when size or time
/// changed.
ESPALIER_API std::string run_identity(Prepared& run);

}  // namespace espalier
