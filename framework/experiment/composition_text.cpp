#include <array>
#include <cstdio>

#include "core/text.hpp"
#include "experiment/composition.hpp"

namespace espalier {

std::string short_number(double number) {
  std::array<char, 40> buffer{};
  if (number >= 1e9) {
    std::snprintf(buffer.data(), buffer.size(), "%.2fG", number / 1e9);
  } else if (number >= 1e6) {
    std::snprintf(buffer.data(), buffer.size(), "%.2fM", number / 1e6);
  } else if (number >= 1e4) {
    std::snprintf(buffer.data(), buffer.size(), "%.1fk", number / 1e3);
  } else {
    std::snprintf(buffer.data(), buffer.size(), "%.0f", number);
  }
  return buffer.data();
}

namespace {

std::string line(const std::string& name, const std::string& first, const std::string& second,
                 const std::string& third, const std::string& last) {
  std::array<char, 400> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "  %-32s %12s %12s %12s  %s", name.c_str(),
                first.c_str(), second.c_str(), third.c_str(), last.c_str());
  std::string text = buffer.data();
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

std::string composition_text(const Composition& composition, const TaskSet& tasks) {
  std::string out = line("part", "parameters", "flops", "", "used by");
  for (const Composition::Part& part : composition.parts) {
    std::vector<std::string> names;
    for (const int t : part.tasks) names.push_back(tasks[static_cast<std::size_t>(t)].name);
    const char* const kind = part.parameters == 0.0 ? "" : part.shared ? "shared" : "own";
    out += line(part.name, part.parameters > 0.0 ? short_number(part.parameters) : "",
                short_number(part.flops), kind, text::join(names, ", "));
  }
  out += line("task", "parameters", "of them", "flops", "");
  out += line("", "", "shared", "", "");
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const Composition::TaskCost& cost = composition.tasks[t];
    out += line(tasks[t].name, short_number(cost.parameters), short_number(cost.shared_parameters),
                short_number(cost.flops), "");
  }
  return out;
}

}  // namespace espalier
