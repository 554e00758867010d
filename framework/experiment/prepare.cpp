#include <thread>

#include "core/text.hpp"
#include "core/watchdog.hpp"
#include "experiment/config_override.hpp"
#include "experiment/named_failures.hpp"
#include "experiment/prepared.hpp"
#include "experiment/spec_read.hpp"
#include "experiment/spec_write.hpp"
#include "experiment/yaml_emit.hpp"
#include "experiment/yaml_parse.hpp"
#include "plugin/search.hpp"
#include "tensor/blas.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

ConfigNode read(const RunRequest& request) {
  ConfigNode root = load_yaml(request.file);
  for (const std::string& override_text : request.overrides) apply_override(root, override_text);
  return root;
}

// Threads are part of what determines the bits, so the resolved spec names their number.
void resolve_threads(ExperimentSpec& spec) {
  if (spec.threads == 0) {
    spec.threads = std::max<Index>(1, static_cast<Index>(std::thread::hardware_concurrency()));
  }
}

}  // namespace

std::unique_ptr<Prepared> prepare_spec(const ConfigNode& root,
                                       const std::vector<std::string>& plugin_folders_given) {
  auto p = std::make_unique<Prepared>();
  p->clock = std::make_unique<PhaseClock>();
  p->registry =
      std::make_unique<Registry>(plugin_folders(plugin_folders_of(root), plugin_folders_given));
  p->spec = read_spec(root, p->registry.get());
  Watchdog::set_limit(p->spec.train.watchdog);
  resolve_threads(p->spec);
  p->tasks = load_tasks(p->spec, *p->registry);
  p->resolved = emit_yaml(resolved(p->spec));
  return p;
}

std::unique_ptr<Prepared> prepare_spec(const RunRequest& request) {
  return prepare_spec(read(request), request.plugin_folders);
}

std::unique_ptr<Prepared> prepare_data(const RunRequest& request) {
  auto p = prepare_spec(request);
  blas::set_threads(static_cast<int>(p->spec.threads));
  precision::set(precision::named(p->spec.precision));
  p->data = open_data(p->spec, p->tasks);
  return p;
}

std::unique_ptr<Prepared> prepare(const RunRequest& request) {
  auto p = prepare_data(request);
  p->store = std::make_unique<ParameterStore>(static_cast<std::uint64_t>(p->spec.seed));
  name_failures([&] {
    p->trainer = std::make_unique<Trainer>(p->spec, p->tasks, p->data, *p->store, *p->clock);
    p->evaluator = std::make_unique<Evaluator>(p->spec, p->tasks, p->data, *p->store);
    p->evaluator->prepare();
  });
  return p;
}

}  // namespace espalier
