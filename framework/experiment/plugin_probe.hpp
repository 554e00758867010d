#pragma once

#include <string>

namespace espalier {

/// In a process of its own: loads the plugin at `path` (whose stamp was accepted), makes its
/// object, asks for its options, and lets go of everything. Says to file descriptor `to`, line by
/// line, what it is about to do ("stage load"), what it learned ("option {...}"), why it gave up
/// ("refused
/// ..."), or "done".
void probe_plugin(const std::string& path, const std::string& name, int to);

}  // namespace espalier
