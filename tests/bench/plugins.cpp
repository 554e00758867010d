// How long it takes to list and to load fifty plugins: copies of one task under fifty names.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "plugin/registry.hpp"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPlugins = 50;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

}  // namespace

int main() {
  for (int round = 0; round < 5; ++round) {
    const auto begin = Clock::now();
    espalier::Registry registry({ESPALIER_MANY_PLUGINS});
    const std::size_t found = registry.list().size();
    const double listed = milliseconds_since(begin);
    std::vector<espalier::TaskHandle> tasks;
    for (int k = 0; k < kPlugins; ++k)
      tasks.push_back(registry.load(espalier::text::cat("copy", k)));
    std::printf("%zu plugins: listed in %.1f ms, listed and loaded in %.1f ms\n", found, listed,
                milliseconds_since(begin));
    if (found != kPlugins) return 1;
  }
  return 0;
}
