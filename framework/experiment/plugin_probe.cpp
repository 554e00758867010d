#include "experiment/plugin_probe.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/reference.hpp"
#include "plugin/balancer_handle.hpp"
#include "plugin/guard.hpp"
#include "plugin/sharing_handle.hpp"
#include "plugin/source_handle.hpp"
#include "plugin/task_handle.hpp"

namespace espalier {

namespace {

/// Lines through a pipe.
class Voice {
 public:
  explicit Voice(int to) : to_(to) {}
  void say(const char* what, std::string text) const {
    std::ranges::replace(text, '\n', ' ');
    const std::string line = text::cat(what, " ", text, "\n");
    std::size_t done = 0;
    while (done < line.size()) {
      const ssize_t put = ::write(to_, line.data() + done, line.size() - done);
      if (put <= 0) return;  // nobody listens any more
      done += static_cast<std::size_t>(put);
    }
  }

 private:
  int to_;
};

void say_options(const Voice& voice, const std::vector<FieldRow>& rows) {
  for (const FieldRow& row : rows) {
    const nlohmann::json option = {{"name", row.name},
                                   {"type", row.type},
                                   {"default", row.default_value},
                                   {"doc", row.doc},
                                   {"required", row.required}};
    voice.say("option", option.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

template <class Handle>
void probe_object(const std::shared_ptr<const Library>& library, const Voice& voice) {
  voice.say("stage", "constructor");
  auto object = std::make_unique<Handle>(library, library->info());
  voice.say("stage", "options");
  say_options(voice, field_rows([&](ConfigFields& f) { object->fields(f); }));
  voice.say("stage", "destructor");
  object.reset();
}

/// What is made of a plugin, by the kind that its stamp names.
struct Kind {
  std::string_view name;
  void (*probe)(const std::shared_ptr<const Library>&, const Voice&);
};
constexpr Kind kKinds[] = {{"task", probe_object<TaskHandle>},
                           {"sharing", probe_object<SharingHandle>},
                           {"balancer", probe_object<BalancerHandle>},
                           {"source", probe_object<SourceHandle>}};

void probe(const std::string& path, const std::string& name, const Voice& voice) {
  voice.say("stage", "load");
  auto library = std::make_shared<const Library>(path, name);
  const std::string_view named = library->info().kind;
  const auto* const kind = std::ranges::find(kKinds, named, &Kind::name);
  if (kind == std::end(kKinds)) {
    throw PluginError(text::cat("[plugin ", name, "] expected a kind of plugin known here, found '",
                                library->info().kind, "'"));
  }
  kind->probe(library, voice);
  voice.say("stage", "unload");
  library.reset();
}

}  // namespace

void probe_plugin(const std::string& path, const std::string& name, int to) {
  const Voice voice(to);
  try {
    probe(path, name, voice);
    voice.say("done", "");
  } catch (...) {
    voice.say("refused", describe_thrown().text);
  }
}

}  // namespace espalier
