#include "plugin/library.hpp"

#include <boost/dll/shared_library.hpp>
#include <string_view>

#include "core/text.hpp"
#include "core/where.hpp"
#include "espalier/error.hpp"
#include "plugin/elf_stamp.hpp"
#include "plugin/handshake.hpp"

namespace espalier {

struct Library::Loaded {
  boost::dll::shared_library library;
};

namespace {

constexpr char kSymbol[] = "espalier_plugin";

// Boost dresses the loader's reason as "... (dlerror system message: REASON): Bad file descriptor",
// whose end is a leftover errno. The reason often begins with the path, which the tag already says.
std::string reason(const std::string& path, std::string_view boost_text) {
  constexpr std::string_view kBefore = "dlerror system message: ";
  const std::size_t before = boost_text.find(kBefore);
  if (before != std::string_view::npos) boost_text.remove_prefix(before + kBefore.size());
  const std::size_t after = boost_text.rfind("): ");
  if (before != std::string_view::npos && after != std::string_view::npos) {
    boost_text = boost_text.substr(0, after);
  }
  const std::string own = path + ": ";
  if (boost_text.substr(0, own.size()) == own) boost_text.remove_prefix(own.size());
  return std::string(boost_text);
}

}  // namespace

Library::Library(const std::string& path, const std::string& expected_name)
    : path_(path), loaded_(std::make_unique<Loaded>()) {
  const std::string stamp = read_stamp(path);
  check_stamp(path, stamp, expected_name);
  const where::Place place{.plugin = path_, .stage = "load"};
  const where::Inside inside(place);
  try {
    // Now: an undefined symbol is found here, not in the middle of a run. Local: two plugins may
    // use the same names.
    loaded_->library.load(path,
                          boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& e) {
    throw PluginError(text::cat("[plugin ", path, "] cannot be loaded: ", reason(path, e.what())));
  }
  if (!loaded_->library.has(kSymbol)) {
    throw PluginError(
        text::cat("[plugin ", path, "] expected an exported symbol ", kSymbol, ", found none"));
  }
  info_ = &loaded_->library.get<const PluginInfo>(kSymbol);
  const std::string_view loaded_stamp = stamp_bytes(*info_);
  if (loaded_stamp != std::string_view(stamp).substr(0, loaded_stamp.size())) {
    throw PluginError(text::cat("[plugin ", path, "] expected symbol ", kSymbol,
                                " to be the stamp that the file shows, found another one"));
  }
}

Library::~Library() {
  const where::Place place{.plugin = path_, .stage = "unload"};
  const where::Inside inside(place);
  loaded_.reset();
}

}  // namespace espalier
