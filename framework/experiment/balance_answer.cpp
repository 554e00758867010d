// The answer of `espalier balance` as text and as JSON.
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/text.hpp"
#include "experiment/balance_matrix.hpp"

namespace espalier {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShown = 8;  // numbers of the direction

std::string number(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.6g", value);
  return buffer.data();
}

// A plain scalar that JSON reads (a number, a flag) is that; all else is a text.
ordered_json json_of(const ConfigNode& node) {
  ordered_json json;
  switch (node.kind) {
    case ConfigNode::Kind::null:
      break;
    case ConfigNode::Kind::scalar:
      json = !node.quoted && ordered_json::accept(node.scalar) ? ordered_json::parse(node.scalar)
                                                               : ordered_json(node.scalar);
      break;
    case ConfigNode::Kind::list:
      json = ordered_json::array();
      for (const ConfigNode& item : node.items) json.push_back(json_of(item));
      break;
    case ConfigNode::Kind::map:
      json = ordered_json::object();
      for (const ConfigNode::Entry& entry : node.entries) json[entry.key] = json_of(entry.value);
      break;
  }
  return json;
}

std::string line(const std::string& name, const std::string& value) {
  const std::size_t width = 14;
  return text::cat("  ", name, std::string(name.size() < width ? width - name.size() : 1, ' '),
                   value, "\n");
}

std::string settings(const ConfigNode& map) {
  std::vector<std::string> words;
  for (const ConfigNode::Entry& entry : map.entries) {
    words.push_back(text::cat(entry.key, "=", json_of(entry.value).dump()));
  }
  std::string shown = words.empty() ? "none" : text::join(words, " ");
  std::erase(shown, '"');
  return shown;
}

std::string counted(Index n, const char* noun) {
  return text::cat(n, " ", noun, n == 1 ? "" : "s");
}

}  // namespace

std::string balance_table(const BalanceAnswer& answer) {
  const BalanceResult& result = answer.result;
  std::string out =
      text::cat(answer.method, ": ", counted(answer.tasks, "task"), ", ",
                counted(answer.parameters, "parameter"), ", ", counted(answer.steps, "step"), "\n");
  out += line("task", result.weights.empty() ? "(the method has no weights)" : "weight");
  for (std::size_t t = 0; t < result.weights.size(); ++t) {
    out += line(std::to_string(t), number(result.weights[t]));
  }
  std::vector<std::string> first;
  for (std::size_t k = 0; k < std::min(kShown, result.direction.size()); ++k) {
    first.push_back(number(result.direction[k]));
  }
  if (result.direction.size() > kShown) first.emplace_back("...");
  out += line("direction", text::join(first, " "));
  const std::vector<double>& d = result.direction;
  out += line("norm", number(std::sqrt(std::inner_product(d.begin(), d.end(), d.begin(), 0.0))));
  out += line("options", settings(answer.options));
  out += line("conventions", settings(answer.conventions));
  for (const std::string& note : answer.notes) out += line("note", note);
  return out;
}

std::string balance_json(const BalanceAnswer& answer) {
  const BalanceResult& result = answer.result;
  const ordered_json weights =
      result.weights.empty() ? ordered_json() : ordered_json(result.weights);
  const ordered_json all = {{"method", answer.method},
                            {"weights", weights},
                            {"direction", result.direction},
                            {"options", json_of(answer.options)},
                            {"conventions", json_of(answer.conventions)},
                            {"notes", answer.notes}};
  return all.dump(2) + "\n";
}

}  // namespace espalier
