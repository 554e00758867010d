#include "plugin/sharing_handle.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/guard.hpp"

namespace espalier {

SharingHandle::SharingHandle(std::shared_ptr<const Library> library, const PluginInfo& info)
    : plugin_(info.name), sharing_(make_object<StageSharing>(std::move(library), info)) {}

void SharingHandle::fields(Fields& fields) {
  guard(plugin_, "fields", [&] { sharing_->fields(fields); });
}

Demand SharingHandle::demand(const Demand& out, bool last) const {
  Demand in = guard(plugin_, "demand", [&] { return sharing_->demand(out, last); });
  if (in.tasks.size() == out.tasks.size()) return in;
  throw PluginError(text::cat("[plugin ", plugin_, "] demand: expected rows for ", out.tasks.size(),
                              " tasks, found ", in.tasks.size()));
}

bool SharingHandle::mixes() const {
  return guard(plugin_, "mixes", [&] { return sharing_->mixes(); });
}

namespace {

bool carries(const Tape& tape, Var x, const StreamSet& streams) {
  if (x.id < 0 || x.id >= static_cast<int>(tape.values().size())) return false;
  return std::ranges::all_of(streams, [&](int stream) {
    return std::ranges::any_of(tape.value(x).parts,
                               [&](const Part& part) { return part.stream == stream; });
  });
}

}  // namespace

Flows SharingHandle::record(const StageNet& stage, const Flows& in) const {
  Flows out = guard(plugin_, "record", [&] { return sharing_->record(stage, in); });
  if (out.tasks.size() != stage.tasks()) {
    throw PluginError(text::cat("[plugin ", plugin_, "] record: expected features of ",
                                stage.tasks(), " tasks, found ", out.tasks.size()));
  }
  for (std::size_t t = 0; t < stage.tasks(); ++t) {
    const StreamSet& wanted = stage.wanted().tasks[t];
    if (wanted.empty() || carries(stage.tape(), out.tasks[t], wanted)) continue;
    throw PluginError(text::cat("[plugin ", plugin_, "] record: expected features of task '",
                                stage.task_name(t), "' on the rows of its streams, found none"));
  }
  return out;
}

}  // namespace espalier
