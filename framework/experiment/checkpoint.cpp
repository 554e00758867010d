#include "experiment/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/safetensors.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormat = 2;
constexpr std::size_t kKept = 2;

// Doubles as hexadecimal bits: text that reads back to the same bits, NaN and infinity included.
json bits(const std::vector<double>& values) {
  json list = json::array();
  for (const double value : values) {
    std::uint64_t word = 0;
    std::memcpy(&word, &value, sizeof word);
    list.push_back(word);
  }
  return list;
}

std::vector<double> from_bits(const json& list) {
  std::vector<double> values;
  for (const json& item : list) {
    const auto word = item.get<std::uint64_t>();
    double value = 0.0;
    std::memcpy(&value, &word, sizeof value);
    values.push_back(value);
  }
  return values;
}

json to_json(const RunState& s) {
  return {{"format", kFormat},
          {"epoch", s.epoch},
          {"step_in_epoch", s.step_in_epoch},
          {"step", s.step},
          {"balancer", bits(s.balancer)},
          {"scores", bits(s.scores)},
          {"weights", bits(s.weights)},
          {"gradients", bits(s.gradients)},
          {"seconds", bits(s.seconds)},
          {"metrics_bytes", s.metrics_bytes}};
}

RunState from_json(const json& j) {
  RunState s;
  s.epoch = j.at("epoch");
  s.step_in_epoch = j.at("step_in_epoch");
  s.step = j.at("step");
  s.balancer = from_bits(j.at("balancer"));
  s.scores = from_bits(j.at("scores"));
  s.weights = from_bits(j.at("weights"));
  s.gradients = from_bits(j.at("gradients"));
  s.seconds = from_bits(j.at("seconds"));
  s.metrics_bytes = j.at("metrics_bytes");
  return s;
}

// Newest first; the step number is zero-padded, so names sort by step.
std::vector<fs::path> checkpoints(const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("step-") && name.ends_with(".safetensors")) found.push_back(entry.path());
  }
  std::ranges::sort(found, std::ranges::greater{});
  return found;
}

void restore(const Safetensors& file, const std::string& name, const Tensor& into) {
  const NamedTensor* const stored = file.find(name);
  if (stored == nullptr || stored->shape != into.shape) {
    throw RunFailure(text::cat("[checkpoint] expected tensor '", name, "' of shape ",
                               to_string(into.shape), ", found ",
                               stored == nullptr ? "none" : to_string(stored->shape)));
  }
  std::memcpy(into.data, stored->data, static_cast<std::size_t>(into.size()) * sizeof(real));
}

ExtraTensors all_tensors(ParameterStore& store, const Updater* updater, const ExtraTensors& extra) {
  ExtraTensors all = extra;
  for (const Parameter& p : store.parameters()) all.emplace_back(p.name, p.value);
  for (const Buffer& b : store.buffers()) all.emplace_back(b.name, b.value);
  if (updater == nullptr) return all;
  for (const Updater::StateBlock& block : updater->state())
    all.emplace_back(block.name, block.value);
  return all;
}

std::vector<NamedTensor> named(const ExtraTensors& tensors) {
  std::vector<NamedTensor> list;
  for (const auto& [name, tensor] : tensors) list.push_back({name, tensor.shape, tensor.data});
  return list;
}

}  // namespace

std::vector<NamedTensor> model_tensors(ParameterStore& store) {
  return named(all_tensors(store, nullptr, {}));
}

void load_model(const std::string& path, ParameterStore& store) {
  const Safetensors file(path);
  for (const auto& [name, tensor] : all_tensors(store, nullptr, {})) restore(file, name, tensor);
}

void save_checkpoint(const std::string& folder, const RunState& state, ParameterStore& store,
                     const Updater& updater, const ExtraTensors& extra) {
  fs::create_directories(folder);
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "step-%012llu.safetensors",
                static_cast<unsigned long long>(state.step));
  write_safetensors((fs::path(folder) / name.data()).string(),
                    named(all_tensors(store, &updater, extra)),
                    {{"espalier", to_json(state).dump()}});
  const std::vector<fs::path> present = checkpoints(folder);
  for (std::size_t i = kKept; i < present.size(); ++i) fs::remove(present[i]);
}

std::optional<RunState> load_checkpoint(const std::string& folder, ParameterStore& store,
                                        Updater& updater, const ExtraTensors& extra) {
  for (const fs::path& path : checkpoints(folder)) {
    try {
      const Safetensors file(path.string());
      const RunState state = from_json(json::parse(file.metadata().at("espalier")));
      for (const auto& [name, tensor] : all_tensors(store, &updater, extra))
        restore(file, name, tensor);
      updater.set_steps(state.step);
      return state;
    } catch (const DataError& damaged) {
      std::cerr << "espalier: stepping over a damaged checkpoint: " << damaged.what() << '\n';
    } catch (const std::out_of_range&) {
      std::cerr << "espalier: stepping over a file that is no checkpoint: " << path << '\n';
    } catch (const json::exception& damaged) {
      std::cerr << "espalier: stepping over a damaged checkpoint: " << path << '\n';
    }
  }
  return std::nullopt;
}

}  // namespace espalier
