#include "data/make.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "data/glyph_pen.hpp"
#include "data/glyph_raster.hpp"
#include "data/glyph_strokes.hpp"
#include "espalier/error.hpp"
#include "espalier/random.hpp"
#include "espalier/source.hpp"

namespace espalier {

namespace {

constexpr Index kPixels = kGlyphSide * kGlyphSide;
constexpr Index kDigits = 10;
constexpr auto kClasses = std::to_array<std::string_view>({"letters", "digits", "characters"});

/// A form with its points read and its share of the character's instances.
struct ReadForm {
  double weight = 0.0;
  std::vector<GlyphStroke> strokes;
};

/// The forms of every character of an alphabet.
std::vector<std::vector<ReadForm>> read_forms(std::string_view alphabet) {
  std::vector<std::vector<ReadForm>> forms(alphabet.size());
  for (const GlyphForm& form : glyph_forms()) {
    const std::size_t at = alphabet.find(form.character);
    if (at == std::string_view::npos) continue;
    ReadForm read;
    read.weight = form.weight;
    read.strokes = parse_strokes(form.strokes);
    forms[at].push_back(std::move(read));
  }
  return forms;
}

const ReadForm& choose(const std::vector<ReadForm>& forms, RandomStream& random) {
  double total = 0.0;
  for (const ReadForm& form : forms) total += form.weight;
  double left = total * random.uniform();
  for (const ReadForm& form : forms) {
    left -= form.weight;
    if (left < 0.0) return form;
  }
  return forms.back();
}

std::uint64_t word(const std::array<std::uint32_t, 4>& block) {
  return (static_cast<std::uint64_t>(block[0]) << 32U) | block[1];
}

/// Sample i of one (seed, classes, role). Labels come in rounds: round r holds every class once, in
/// a random order, so every stretch of samples is balanced and sample i does not depend on how many
/// are asked for.
class GlyphWriter {
 public:
  GlyphWriter(std::uint64_t seed, std::string_view classes, DataRole role)
      : alphabet_(classes == "letters"  ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  : classes == "digits" ? "0123456789"
                                        : "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        forms_(read_forms(alphabet_)),
        order_(alphabet_.size()) {
    const std::string purpose =
        text::cat("glyphs/", classes, role == DataRole::train ? "/train" : "/test");
    samples_ = RandomStream(seed, purpose);
    rounds_ = RandomStream(seed, purpose + "/order");
  }

  Index classes() const { return static_cast<Index>(alphabet_.size()); }

  Index label(Index sample) {
    const Index round = sample / classes();
    if (round != round_) {
      RandomStream random(word(rounds_.block(static_cast<std::uint64_t>(round))), "round");
      std::iota(order_.begin(), order_.end(), Index{0});
      shuffle(order_, random);
      round_ = round;
    }
    return order_[static_cast<std::size_t>(sample % classes())];
  }

  void draw(Index sample, Index label, std::span<std::uint8_t> image) {
    RandomStream random(word(samples_.block(static_cast<std::uint64_t>(sample))), "sample");
    const ReadForm& form = choose(forms_[static_cast<std::size_t>(label)], random);
    draw_ink(pen_.write(form.strokes, random), random, image);
  }

 private:
  std::string_view alphabet_;
  std::vector<std::vector<ReadForm>> forms_;
  RandomStream samples_;
  RandomStream rounds_;
  GlyphPen pen_;
  std::vector<Index> order_;
  Index round_ = -1;
};

ColumnData index_column(std::string name, Index classes, Index rows) {
  ColumnData column;
  column.name = std::move(name);
  column.sample = {1};
  column.dtype = Dtype::integer;
  column.classes = classes;
  column.integers.reserve(static_cast<std::size_t>(rows));
  return column;
}

class Glyphs : public Source {
 public:
  void fields(Fields& fields) override {
    fields.word({"classes",
                 "letters (A-Z), digits (0-9) or characters (0-9, then A-Z, with the column kind: "
                 "0 digit, 1 letter)",
                 true},
                classes_, kClasses);
    fields.integer({"seed", "names the samples drawn"}, seed_, {.at_least = 0});
  }

  Dataset read(DataRole role, const DataParts& parts) const override;

 private:
  std::string classes_ = "letters";
  Index seed_ = 0;
};

Index count_of(const DataPart* part, DataRole role) {
  constexpr std::string_view kExample = "a number of images such as 3000";
  if (part == nullptr) {
    throw ConfigError(text::cat("[glyphs] ", role == DataRole::train ? "train" : "test",
                                ": expected ", kExample, ", found nothing"));
  }
  return counted_rows(*part, kExample);
}

constexpr Index kSamplesWorthAThread = 16;

Dataset Glyphs::read(DataRole role, const DataParts& parts) const {
  const Index rows = count_of(parts.of(role), role);
  GlyphWriter writer(static_cast<std::uint64_t>(seed_), classes_, role);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(rows * kPixels));
  const bool with_kind = classes_ == "characters";
  ColumnData label = index_column("label", writer.classes(), rows);
  ColumnData kind = index_column("kind", 2, with_kind ? rows : 0);
  for (Index i = 0; i < rows; ++i) {
    const Index c = writer.label(i);
    label.integers.push_back(static_cast<std::int32_t>(c));
    if (with_kind) kind.integers.push_back(c < kDigits ? 0 : 1);
  }
  // Samples do not depend on each other: every thread draws its own, with a pen of its own.
  parallel::for_pieces(rows, kSamplesWorthAThread, [&](int /*piece*/, Index begin, Index end) {
    GlyphWriter own = writer;
    for (Index i = begin; i < end; ++i) {
      own.draw(i, label.integers[static_cast<std::size_t>(i)],
               std::span(pixels).subspan(static_cast<std::size_t>(i * kPixels), kPixels));
    }
  });

  ColumnData images;
  images.name = "images";
  images.sample = {kGlyphSide, kGlyphSide, 1};
  images.reals.reserve(pixels.size());
  for (const std::uint8_t pixel : pixels) {
    images.reals.push_back(static_cast<real>(pixel / 255.0));
  }
  Dataset data;
  data.rows = rows;
  data.synthetic = true;
  data.digest = file::sha256({reinterpret_cast<const char*>(pixels.data()), pixels.size()});
  data.columns.push_back(std::move(images));
  data.columns.push_back(std::move(label));
  if (with_kind) data.columns.push_back(std::move(kind));
  return data;
}

}  // namespace

std::unique_ptr<Source> make_glyphs() { return std::make_unique<Glyphs>(); }

}  // namespace espalier
