#include "plugin/elf_stamp.hpp"

#include <doctest/doctest.h>
#include <elf.h>
#include <sys/stat.h>

#include <cstring>
#include <optional>
#include <set>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/random.hpp"
#include "plugin/handshake.hpp"
#include "support.hpp"

namespace espalier {

namespace {

using test::good_file;

/// Where things stand in a real library.
struct Layout {
  Elf64_Ehdr header;
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Shdr> sections;
  Elf64_Shdr stamp{};

  explicit Layout(const std::string& bytes) {
    std::memcpy(&header, bytes.data(), sizeof(header));
    segments.resize(header.e_phnum);
    std::memcpy(segments.data(), bytes.data() + header.e_phoff,
                segments.size() * sizeof(Elf64_Phdr));
    sections.resize(header.e_shnum);
    std::memcpy(sections.data(), bytes.data() + header.e_shoff,
                sections.size() * sizeof(Elf64_Shdr));
    for (const Elf64_Shdr& section : sections) {
      const Elf64_Shdr& names = sections[header.e_shstrndx];
      if (bytes.data() + names.sh_offset + section.sh_name == std::string(".espalier.stamp")) {
        stamp = section;
      }
    }
  }
};

template <class Value>
std::string with(std::string bytes, std::uint64_t offset, const Value& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
  return bytes;
}

std::string refusal(const std::string& bytes) {
  try {
    read_stamp("x.so", bytes);
  } catch (const PluginError& e) {
    return e.what();
  }
  return "accepted";
}

std::uint64_t section_header_at(const Layout& layout, std::size_t section) {
  return layout.header.e_shoff + section * sizeof(Elf64_Shdr);
}

}  // namespace

TEST_CASE("the stamp of a real plugin is read, from its file and from memory") {
  const std::string path = good_file("letters");
  const std::string stamp = read_stamp(path);
  CHECK(stamp == read_stamp("x.so", file::read(path)));
  CHECK(stamp.size() >= sizeof(PluginInfo));
  const PluginStamp read = check_stamp(path, stamp, "letters");
  CHECK(read.name == "letters");
  CHECK(read.summary == "which of 26 letters is shown");
}

TEST_CASE("what is no library says what it is instead") {
  CHECK(refusal("") == "[plugin x.so] expected a shared library, found an empty file");
  CHECK(refusal("hi\n") ==
        "[plugin x.so] expected a shared library (an ELF file), found a file that begins with "
        "'hi\\x0a'");
  CHECK(refusal("INPUT(libm.so.6 AS_NEEDED(libmvec.so.1))") ==
        "[plugin x.so] expected a shared library (an ELF file), found a file that begins with "
        "'INPUT(li'");
  CHECK(refusal("\177ELF") ==
        "[plugin x.so] truncated or damaged: expected an ELF header of 64 bytes at byte 0, found a "
        "file of 4 bytes");
}

TEST_CASE("libraries of another kind are refused by name") {
  const std::string bytes = file::read(good_file("letters"));
  CHECK(refusal(with<char>(bytes, EI_CLASS, ELFCLASS32)) ==
        "[plugin x.so] expected a 64-bit library, found a 32-bit one");
  CHECK(refusal(with<char>(bytes, EI_CLASS, 9)) ==
        "[plugin x.so] expected a 64-bit library, found one of an unknown class");
  CHECK(refusal(with<char>(bytes, EI_DATA, ELFDATA2MSB)) ==
        "[plugin x.so] expected a little-endian library, found one of another byte order");
  CHECK(refusal(with<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_machine), EM_AARCH64)) ==
        "[plugin x.so] expected a library for x86-64 (ELF machine 62), found one for ELF machine "
        "183");
  CHECK(refusal(with<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_type), ET_REL)) ==
        "[plugin x.so] expected a shared library (ELF type 3), found ELF type 1");
}

TEST_CASE("headers that point outside the file are refused, also where their sum wraps") {
  const std::string bytes = file::read(good_file("letters"));
  const Layout layout(bytes);
  const auto size = [&] { return text::cat(", found a file of ", bytes.size(), " bytes"); };
  const auto table = text::cat("section headers of ", layout.sections.size() * 64, " bytes");
  // 2^64 - 64: the end of the table wraps round to a small number
  CHECK(refusal(with<Elf64_Off>(bytes, offsetof(Elf64_Ehdr, e_shoff), ~Elf64_Off{63})) ==
        text::cat("[plugin x.so] truncated or damaged: expected ", table,
                  " at byte 18446744073709551552", size()));
  CHECK(refusal(with<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shnum), 65535)) ==
        text::cat("[plugin x.so] truncated or damaged: expected section headers of 4194240 bytes "
                  "at byte ",
                  layout.header.e_shoff, size()));
  CHECK(refusal(with<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shentsize), 0)) ==
        "[plugin x.so] damaged: expected section headers of 64 bytes, found 0");
  CHECK(refusal(with<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_phentsize), 32)) ==
        "[plugin x.so] damaged: expected program headers of 56 bytes, found 32");
  CHECK(refusal(with<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shstrndx), 999)) ==
        text::cat("[plugin x.so] damaged: expected the section names in one of ",
                  layout.sections.size(), " sections, found section 999"));
  CHECK(refusal(with<Elf64_Off>(bytes, offsetof(Elf64_Ehdr, e_shoff), 0)) ==
        "[plugin x.so] not an Espalier plugin: the library has no section headers");
  const std::uint64_t first_segment = layout.header.e_phoff + offsetof(Elf64_Phdr, p_filesz);
  for (std::size_t k = 0; k < layout.segments.size(); ++k) {
    if (layout.segments[k].p_type != PT_LOAD) continue;
    CHECK(refusal(with(bytes, first_segment + k * sizeof(Elf64_Phdr), ~Elf64_Xword{0})) ==
          text::cat("[plugin x.so] truncated or damaged: expected a segment of "
                    "18446744073709551615 bytes at byte ",
                    layout.segments[k].p_offset, size()));
  }
}

TEST_CASE("a stamp section that cannot be one is refused") {
  const std::string bytes = file::read(good_file("letters"));
  const Layout layout(bytes);
  std::size_t k = 0;
  while (layout.sections[k].sh_offset != layout.stamp.sh_offset ||
         layout.sections[k].sh_size != layout.stamp.sh_size) {
    ++k;
  }
  const std::uint64_t at = section_header_at(layout, k);
  CHECK(refusal(with<Elf64_Word>(bytes, at + offsetof(Elf64_Shdr, sh_type), SHT_NOBITS)) ==
        text::cat("[plugin x.so] damaged: expected a stamp of at most 65536 bytes, found a section "
                  "of type 8 and ",
                  layout.stamp.sh_size, " bytes"));
  CHECK(refusal(with<Elf64_Xword>(bytes, at + offsetof(Elf64_Shdr, sh_size), 65537)) ==
        "[plugin x.so] damaged: expected a stamp of at most 65536 bytes, found a section of type 1 "
        "and 65537 bytes");
  CHECK(refusal(with<Elf64_Off>(bytes, at + offsetof(Elf64_Shdr, sh_offset), bytes.size())) ==
        text::cat("[plugin x.so] truncated or damaged: expected a stamp of ", layout.stamp.sh_size,
                  " bytes at byte ", bytes.size(), ", found a file of ", bytes.size(), " bytes"));
  // a name that begins at the last byte of the names
  CHECK(refusal(with<Elf64_Word>(bytes, at + offsetof(Elf64_Shdr, sh_name), ~Elf64_Word{0})) ==
        "[plugin x.so] not an Espalier plugin: the library has no section .espalier.stamp; end its "
        "source with ESPALIER_PLUGIN");
}

TEST_CASE("a plugin that is cut anywhere is refused") {
  const std::string bytes = file::read(good_file("letters"));
  const Layout layout(bytes);
  std::set<std::uint64_t> cuts = {0, 1, 3, 4, 5, 16, 20, 63, 64, bytes.size() - 1};
  for (std::size_t k = 0; k <= layout.segments.size(); ++k) {
    cuts.insert(layout.header.e_phoff + k * sizeof(Elf64_Phdr));
  }
  for (std::size_t k = 0; k < layout.sections.size(); ++k) {
    const Elf64_Shdr& section = layout.sections[k];
    cuts.insert({section.sh_offset, section_header_at(layout, k)});
    if (section.sh_type != SHT_NOBITS) cuts.insert(section.sh_offset + section.sh_size);
  }
  for (std::uint64_t cut = 0; cut < bytes.size(); cut += 997) cuts.insert(cut);
  std::size_t refused = 0;
  for (const std::uint64_t cut : cuts) {
    REQUIRE(cut < bytes.size());
    const std::string cut_bytes = bytes.substr(0, cut);
    CHECK_THROWS_AS(read_stamp("x.so", cut_bytes), PluginError);
    ++refused;
  }
  CHECK(refused > 2 * layout.sections.size());
}

TEST_CASE("a plugin with any one byte changed is refused or says the same") {
  const std::string bytes = file::read(good_file("letters"));
  const Layout layout(bytes);
  const Elf64_Shdr& names = layout.sections[layout.header.e_shstrndx];
  const std::uint64_t summary = layout.stamp.sh_offset + offsetof(PluginInfo, summary);
  // Most bytes of a library mean nothing to the reader: draw often from those that do.
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> places = {
      {0, sizeof(Elf64_Ehdr)},
      {layout.header.e_phoff, layout.segments.size() * sizeof(Elf64_Phdr)},
      {layout.header.e_shoff, layout.sections.size() * sizeof(Elf64_Shdr)},
      {names.sh_offset, names.sh_size},
      {layout.stamp.sh_offset, offsetof(PluginInfo, create)},
      {0, bytes.size()}};
  RandomStream random(20, "elf/flips");
  int refused = 0;
  for (int flip = 0; flip < 1000; ++flip) {
    const auto& [first, count] = places[static_cast<std::size_t>(flip) % places.size()];
    const auto at = first + static_cast<std::uint64_t>(random.below(static_cast<Index>(count)));
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ static_cast<char>(1 + random.below(255)));
    std::optional<PluginStamp> stamp;
    try {
      stamp = check_stamp("x.so", read_stamp("x.so", changed), "letters");
    } catch (const PluginError&) {
      ++refused;
    }
    CAPTURE(at);
    if (stamp) CHECK(stamp->name == "letters");
    const bool in_summary = at >= summary && at < summary + sizeof(PluginInfo::summary);
    if (stamp && !in_summary) CHECK(stamp->summary == "which of 26 letters is shown");
  }
  CHECK(refused > 100);
  CHECK(refused < 900);
}

TEST_CASE("paths that are no files are refused, and a pipe does not hold the program up") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(
      read_stamp(folder.path()),
      text::cat("[plugin ", folder.path(), "] expected a file, found a folder").c_str(),
      PluginError);
  const std::string missing = folder.path() + "/none.so";
  CHECK_THROWS_WITH_AS(
      read_stamp(missing),
      text::cat("[plugin ", missing, "] cannot be read: No such file or directory").c_str(),
      PluginError);
  const std::string pipe = folder.path() + "/pipe.so";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(
      read_stamp(pipe),
      text::cat("[plugin ", pipe, "] expected a file, found something else").c_str(), PluginError);
}

}  // namespace espalier
