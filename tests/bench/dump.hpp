#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "experiment/prepared.hpp"

namespace espalier::bench {

/// Who brings which rows: [{name, rows, sample, tasks: [{name, type, width}]}], in the order in
/// which streams are stacked. `type`: f32 (regression) or i32 (labels); `width`: targets a row.
nlohmann::ordered_json streams_of(const Prepared& run);

/// Takes `steps` steps and returns their losses, [{task: loss}]. Writes to `folder`, for others to
/// repeat them: initial.safetensors, and of every step k raw little-endian numbers,
/// k-input-<stream>.f32 and k-target-<task>.<type>. REQUIRES steps <= those of an epoch.
nlohmann::ordered_json dump_steps(Prepared& run, const std::string& folder, int steps);

}  // namespace espalier::bench
