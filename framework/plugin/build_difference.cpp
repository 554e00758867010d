#include "plugin/build_difference.hpp"

#include <vector>

#include "core/text.hpp"

namespace espalier {

namespace {

constexpr std::string_view kBetween = "; ";

std::vector<std::string> parts_of(std::string_view build) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = build.find(kBetween);
    parts.emplace_back(build.substr(0, end));
    if (end == std::string_view::npos) return parts;
    build.remove_prefix(end + kBetween.size());
  }
}

}  // namespace

BuildDifference build_difference(std::string_view plugin, std::string_view framework) {
  const std::vector<std::string> theirs = parts_of(plugin);
  const std::vector<std::string> ours = parts_of(framework);
  if (theirs.size() != ours.size()) return {std::string(plugin), std::string(framework)};
  std::vector<std::string> their_own;
  std::vector<std::string> our_own;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i] == ours[i]) continue;
    their_own.push_back(theirs[i]);
    our_own.push_back(ours[i]);
  }
  return {text::join(their_own, kBetween), text::join(our_own, kBetween)};
}

}  // namespace espalier
