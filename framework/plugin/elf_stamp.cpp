#include "plugin/elf_stamp.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

constexpr char kSection[] = ".espalier.stamp";
constexpr std::uint64_t kLargestStamp = 65536;

/// A file, or bytes that stand for one.
class Bytes {
 public:
  explicit Bytes(std::string_view where) : where_(where) {}
  virtual ~Bytes() = default;
  virtual std::uint64_t size() const = 0;
  /// REQUIRES: has(offset, to.size()).
  virtual void read(std::uint64_t offset, std::span<char> to) const = 0;

  /// Whether [offset, offset + count) lies in the file; written so that no sum can wrap.
  bool has(std::uint64_t offset, std::uint64_t count) const {
    return count <= size() && offset <= size() - count;
  }
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw PluginError(text::cat("[plugin ", where_, "] ", parts...));
  }
  void check(const char* what, std::uint64_t offset, std::uint64_t count) const {
    if (has(offset, count)) return;
    fail("truncated or damaged: expected ", what, " of ", count, " bytes at byte ", offset,
         ", found a file of ", size(), " bytes");
  }
  /// `items` at `offset`, checked before anything is allocated.
  template <class Item>
  std::vector<Item> table(const char* what, std::uint64_t offset, std::uint64_t items) const {
    check(what, offset, items * sizeof(Item));
    std::vector<Item> read_items(static_cast<std::size_t>(items));
    read(offset, {reinterpret_cast<char*>(read_items.data()), read_items.size() * sizeof(Item)});
    return read_items;
  }

 private:
  std::string_view where_;
};

class Memory final : public Bytes {
 public:
  Memory(std::string_view where, std::string_view bytes) : Bytes(where), bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read(std::uint64_t offset, std::span<char> to) const override {
    const auto from = bytes_.substr(static_cast<std::size_t>(offset), to.size());
    std::copy(from.begin(), from.end(), to.begin());
  }

 private:
  std::string_view bytes_;
};

class File final : public Bytes {
 public:
  // O_NONBLOCK: a pipe in the folder must not stop the program.
  explicit File(const std::string& path)
      : Bytes(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (fd_ < 0) fail("cannot be read: ", std::strerror(errno));
    struct stat status {};
    const bool regular = ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
    size_ = regular ? static_cast<std::uint64_t>(status.st_size) : 0;
    if (regular) return;
    ::close(fd_);
    fail("expected a file, found ", S_ISDIR(status.st_mode) ? "a folder" : "something else");
  }
  ~File() override { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t size() const override { return size_; }
  void read(std::uint64_t offset, std::span<char> to) const override {
    std::size_t done = 0;
    while (done < to.size()) {
      const ssize_t got =
          ::pread(fd_, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("cannot be read: ", std::strerror(errno));
      if (got == 0) fail("became shorter while it was read");
      done += static_cast<std::size_t>(got);
    }
  }

 private:
  int fd_;
  std::uint64_t size_ = 0;
};

Elf64_Ehdr read_header(const Bytes& file) {
  Elf64_Ehdr header{};
  const std::size_t count = std::min<std::size_t>(sizeof(header), file.size());
  file.read(0, {reinterpret_cast<char*>(&header), count});
  if (count == 0) file.fail("expected a shared library, found an empty file");
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    std::string start(std::min<std::size_t>(count, 8), '\0');
    std::memcpy(start.data(), &header, start.size());
    file.fail("expected a shared library (an ELF file), found a file that begins with ",
              text::quoted(start));
  }
  file.check("an ELF header", 0, sizeof(header));
  if (header.e_ident[EI_CLASS] != ELFCLASS64) {
    file.fail("expected a 64-bit library, found ",
              header.e_ident[EI_CLASS] == ELFCLASS32 ? "a 32-bit one" : "one of an unknown class");
  }
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) {
    file.fail("expected a little-endian library, found one of another byte order");
  }
  if (header.e_machine != EM_X86_64) {
    file.fail("expected a library for x86-64 (ELF machine 62), found one for ELF machine ",
              header.e_machine);
  }
  if (header.e_type != ET_DYN) {
    file.fail("expected a shared library (ELF type 3), found ELF type ", header.e_type);
  }
  return header;
}

// Every loaded segment lies in the file: the loader maps them without asking.
void check_segments(const Bytes& file, const Elf64_Ehdr& header) {
  if (header.e_phentsize != sizeof(Elf64_Phdr)) {
    file.fail("damaged: expected program headers of ", sizeof(Elf64_Phdr), " bytes, found ",
              header.e_phentsize);
  }
  const auto segments = file.table<Elf64_Phdr>("program headers", header.e_phoff, header.e_phnum);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD) file.check("a segment", segment.p_offset, segment.p_filesz);
  }
}

std::vector<Elf64_Shdr> read_sections(const Bytes& file, const Elf64_Ehdr& header) {
  if (header.e_shoff == 0 || header.e_shnum == 0) {
    file.fail("not an Espalier plugin: the library has no section headers");
  }
  if (header.e_shentsize != sizeof(Elf64_Shdr)) {
    file.fail("damaged: expected section headers of ", sizeof(Elf64_Shdr), " bytes, found ",
              header.e_shentsize);
  }
  auto sections = file.table<Elf64_Shdr>("section headers", header.e_shoff, header.e_shnum);
  if (header.e_shstrndx >= sections.size()) {
    file.fail("damaged: expected the section names in one of ", sections.size(),
              " sections, found section ", header.e_shstrndx);
  }
  return sections;
}

std::string stamp_of(const Bytes& file) {
  const Elf64_Ehdr header = read_header(file);
  check_segments(file, header);
  const std::vector<Elf64_Shdr> sections = read_sections(file, header);
  const Elf64_Shdr& names = sections[header.e_shstrndx];
  file.check("section names", names.sh_offset, names.sh_size);
  for (const Elf64_Shdr& section : sections) {
    char name[sizeof(kSection)] = {};
    if (names.sh_size < sizeof(name) || section.sh_name > names.sh_size - sizeof(name)) continue;
    file.read(names.sh_offset + section.sh_name, name);
    if (std::memcmp(name, kSection, sizeof(kSection)) != 0) continue;
    if (section.sh_type != SHT_PROGBITS || section.sh_size > kLargestStamp) {
      file.fail("damaged: expected a stamp of at most ", kLargestStamp,
                " bytes, found a section of type ", section.sh_type, " and ", section.sh_size,
                " bytes");
    }
    const auto stamp = file.table<char>("a stamp", section.sh_offset, section.sh_size);
    return {stamp.begin(), stamp.end()};
  }
  file.fail("not an Espalier plugin: the library has no section ", kSection,
            "; end its source with ESPALIER_PLUGIN");
}

}  // namespace

std::string read_stamp(const std::string& path) { return stamp_of(File(path)); }

std::string read_stamp(std::string_view where, std::string_view bytes) {
  return stamp_of(Memory(where, bytes));
}

}  // namespace espalier
