// Two images in one, and the label of each: two tasks on common inputs. What a recipe does with two
// images is in overlay.hpp; here is which images meet.
#include <algorithm>
#include <array>
#include <numeric>

#include "core/file.hpp"
#include "core/text.hpp"
#include "data/idx_files.hpp"
#include "data/image_set.hpp"
#include "data/make.hpp"
#include "data/overlay.hpp"
#include "espalier/error.hpp"
#include "espalier/random.hpp"

namespace espalier {

namespace {

constexpr auto kRecipes = std::to_array<std::string_view>({"mgda", "pareto_mtl"});
constexpr Index kMostExamples = 10'000'000;
constexpr Index kMostPixels = Index{1} << 32U;
constexpr std::uint64_t kWords = 64;  // random words an example may take

/// Draws partners for images: any row of the second set, or any whose label is another.
class Partners {
 public:
  Partners(const ImageSet& second, bool unequal) : labels_(second.labels()), unequal_(unequal) {
    if (!unequal) return;
    by_label_.resize(labels_.size());
    std::iota(by_label_.begin(), by_label_.end(), Index{0});
    std::ranges::stable_sort(by_label_, {}, [this](Index row) { return label(row); });
    if (label(by_label_.front()) != label(by_label_.back())) return;
    throw DataError(text::cat("[multi_mnist] ", second.images_file,
                              ": expected images of two labels at least, found label ",
                              label(by_label_.front()), " alone"));
  }

  Index draw(std::int32_t first_label, RandomStream& random) const {
    const auto rows = static_cast<Index>(labels_.size());
    if (!unequal_) return random.below(rows);
    // Two bounds: with clang 14 and this library std::ranges::equal_range does not compile.
    const auto of_row = [this](Index row) { return label(row); };
    const auto from = std::ranges::lower_bound(by_label_, first_label, {}, of_row);
    const auto to = std::ranges::upper_bound(by_label_, first_label, {}, of_row);
    const Index begin = from - by_label_.begin(), count = to - from;
    const Index at = random.below(rows - count);
    return by_label_[static_cast<std::size_t>(at < begin ? at : at + count)];
  }

 private:
  std::int32_t label(Index row) const { return labels_[static_cast<std::size_t>(row)]; }

  const std::vector<std::int32_t>& labels_;
  bool unequal_;
  std::vector<Index> by_label_;  // rows in the order of their labels
};

ColumnData label_column(const char* name, const ImageSet& set, Index rows) {
  ColumnData column;
  column.name = name;
  column.sample = {1};
  column.dtype = Dtype::integer;
  column.classes = set.classes();
  column.integers.reserve(static_cast<std::size_t>(rows));
  return column;
}

class MultiMnist final : public Source {
 public:
  void fields(Fields& f) override {
    f.word({"recipe",
            "mgda: the second image 6 pixels right of and below the first, the larger pixel of "
            "both, shrunk to the size of one image and standardised by (x - 0.1307) / 0.3081; "
            "pareto_mtl: on a canvas 8 pixels larger, the first image up to 4 pixels away from the "
            "top left corner, the second from the bottom right one, their sum cut off at 1, of "
            "unequal labels where both come from one set"},
           recipe_, kRecipes);
    f.integer({"seed", "names the pairs drawn; the run's seed does not change them"}, seed_,
              {.at_least = 0});
    const IntegerRange range = {.at_least = 0, .at_most = kMostExamples};
    f.integer({"train_examples",
               "training examples, whose first images go round the set in its order; 0: each image "
               "is the first one once (mgda) or twice (pareto_mtl)"},
              train_examples_, range);
    f.integer({"test_examples", "likewise for the test data"}, test_examples_, range);
  }

  Dataset read(DataRole role, const DataParts& parts) const override;

 private:
  bool mgda() const { return recipe_ == kRecipes[0]; }
  Index margin() const { return mgda() ? 0 : kOverlayMargin; }
  Index examples(DataRole role, const ImageSet& first) const;
  Dataset make(const ImageSet& first, const ImageSet& second, Index rows,
               const std::string& purpose) const;

  std::string recipe_ = std::string(kRecipes[0]);
  Index seed_ = 1;
  Index train_examples_ = 0;
  Index test_examples_ = 0;
};

// Refuses file names that are missing or too many. Returns whether there is a second set.
bool check_names(const DataPart& part) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"images", "label", "second_images", "second_label"});
  const auto& files = part.files;
  const bool two = files.contains("second_images") && files.contains("second_label");
  const bool good = files.contains("images") && files.contains("label") &&
                    files.size() == (two ? kNames.size() : kNames.size() / 2);
  if (good) return two;
  std::vector<std::string> found;
  for (const auto& [name, path] : files) found.push_back(name);
  throw ConfigError(text::cat(part.place,
                              ": expected the files images and label, and second_images and "
                              "second_label where the second image comes from another set, found ",
                              text::join(found, ", ")));
}

// How many, checked before any of them is made.
Index MultiMnist::examples(DataRole role, const ImageSet& first) const {
  const Index asked = role == DataRole::train ? train_examples_ : test_examples_;
  const Index rows = asked > 0 ? asked : first.data.rows * (mgda() ? 1 : 2);
  const Index h = first.height() + margin(), w = first.width() + margin();
  if (rows <= kMostPixels / (h * w)) return rows;
  throw DataError(text::cat("[multi_mnist] ", first.images_file, ": expected at most ", kMostPixels,
                            " pixels in all examples, found ", rows, " x ", h, " x ", w));
}

Dataset MultiMnist::make(const ImageSet& first, const ImageSet& second, Index rows,
                         const std::string& purpose) const {
  const Partners partners(second, !mgda() && &first == &second);
  const Index h = first.height(), w = first.width();
  const auto picture = [&](const ImageSet& set, std::size_t row) {
    return Picture{set.images().data() + row * static_cast<std::size_t>(h * w), h, w};
  };
  ColumnData images;
  images.name = "images";
  images.sample = {h + margin(), w + margin(), 1};
  images.reals.reserve(static_cast<std::size_t>(rows * images.sample.size()));
  ColumnData left = label_column("left", first, rows);
  ColumnData right = label_column("right", second, rows);
  RandomStream random(static_cast<std::uint64_t>(seed_), purpose);
  for (Index i = 0; i < rows; ++i) {
    random.seek(static_cast<std::uint64_t>(i) * kWords);  // example i does not depend on others
    const auto a = static_cast<std::size_t>(i % first.data.rows);
    const auto b = static_cast<std::size_t>(partners.draw(first.labels()[a], random));
    left.integers.push_back(first.labels()[a]);
    right.integers.push_back(second.labels()[b]);
    if (mgda()) {
      overlay_mgda(picture(first, a), picture(second, b), images.reals);
    } else {
      overlay_pareto_mtl(picture(first, a), picture(second, b), random, images.reals);
    }
  }
  Dataset data;
  data.rows = rows;
  data.columns = {std::move(images), std::move(left), std::move(right)};
  return data;
}

Dataset MultiMnist::read(DataRole role, const DataParts& parts) const {
  const DataPart& part = idx_files(parts, role, "multi_mnist");
  const auto set = [&](const char* images, const char* label) {
    return read_image_set(part.files.at(images), part.files.at(label), "multi_mnist");
  };
  const bool two = check_names(part);
  const ImageSet first = set("images", "label");
  ImageSet other;
  if (two) other = set("second_images", "second_label");
  const ImageSet& second = two ? other : first;
  if (second.height() != first.height() || second.width() != first.width()) {
    throw DataError(text::cat("[multi_mnist] ", second.images_file, ": expected images of ",
                              first.height(), " x ", first.width(), " as in 'images', found ",
                              second.height(), " x ", second.width()));
  }
  const Index rows = examples(role, first);
  const std::string purpose =
      text::cat("multi_mnist/", recipe_, role == DataRole::train ? "/train" : "/test");
  Dataset data = make(first, second, rows, purpose);
  const std::array<std::string, 3> digests = {
      first.data.digest, second.data.digest,
      file::sha256(text::cat(purpose, " seed ", seed_, " rows ", rows))};
  data.digest = digest_of(digests);
  return data;
}

}  // namespace

std::unique_ptr<Source> make_multi_mnist() { return std::make_unique<MultiMnist>(); }

}  // namespace espalier
