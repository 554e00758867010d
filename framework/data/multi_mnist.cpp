// Two images in one, and the label of each: two tasks on common inputs. The recipes are those of
// - mgda: Sener & Koltun 2018, "Multi-task learning as multi-objective optimization", and its code;
// - pareto_mtl: Lin et al. 2019, "Pareto multi-task learning", as the paper tells it (its generator
//   was not published), with the sum and the unequal labels of Sabour et al. 2017 it builds on.
#include <algorithm>
#include <array>
#include <numeric>

#include "core/file.hpp"
#include "core/text.hpp"
#include "data/idx_files.hpp"
#include "data/make.hpp"
#include "espalier/error.hpp"
#include "espalier/random.hpp"

namespace espalier {

namespace {

constexpr auto kRecipes = std::to_array<std::string_view>({"mgda", "pareto_mtl"});
constexpr Index kMargin = 8;  // the canvas is larger by this: 36 x 36 for images of 28 x 28
constexpr Index kOffset = 6;  // mgda: the second image's corner
constexpr Index kMoves = 5;   // pareto_mtl: an image moves 0 to 4 pixels away from its corner
constexpr double kMean = 0.1307, kDeviation = 0.3081;  // mgda: of MNIST's pixels
constexpr Index kMostExamples = 10'000'000;
constexpr Index kMostPixels = Index{1} << 32U;
constexpr std::uint64_t kWords = 64;  // random words an example may take

/// Images with their labels, as read from two files.
struct ImageSet {
  Dataset data;
  std::string images_file;
  const std::vector<real>& images() const { return data.find("images")->reals; }
  const std::vector<std::int32_t>& labels() const { return data.find("label")->integers; }
  Index height() const { return data.find("images")->sample[0]; }
  Index width() const { return data.find("images")->sample[1]; }
};

void check_set(const ImageSet& set, const Path& images, const Path& label) {
  const ColumnData* const column = set.data.find("images");
  if (column->sample.rank() != 3 || column->sample[2] != 1) {
    throw DataError(text::cat("[multi_mnist] ", images.file,
                              ": expected grey images (n, height, width), found samples of shape ",
                              to_string(column->sample)));
  }
  for (const real pixel : column->reals) {
    if (pixel >= 0 && pixel <= 1) continue;
    throw DataError(text::cat("[multi_mnist] ", images.file,
                              ": expected bytes, or numbers from 0 to 1, found ",
                              text::number(static_cast<double>(pixel))));
  }
  if (set.data.find("label")->dtype != Dtype::integer) {
    throw DataError(text::cat("[multi_mnist] ", label.file,
                              ": expected whole labels, one a row, found samples of shape ",
                              to_string(set.data.find("label")->sample)));
  }
}

ImageSet read_set(const Path& images, const Path& label) {
  ImageSet set{read_idx_files({{"images", images}, {"label", label}}, 1.0 / 255.0), images.file};
  check_set(set, images, label);
  return set;
}

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
    const auto same = std::ranges::equal_range(by_label_, first_label, {},
                                               [this](Index row) { return label(row); });
    const Index begin = same.begin() - by_label_.begin();
    const Index count = std::ranges::ssize(same);
    const Index at = random.below(rows - count);
    return by_label_[static_cast<std::size_t>(at < begin ? at : at + count)];
  }

 private:
  std::int32_t label(Index row) const { return labels_[static_cast<std::size_t>(row)]; }

  const std::vector<std::int32_t>& labels_;
  bool unequal_;
  std::vector<Index> by_label_;  // rows in the order of their labels
};

/// An image somewhere on the empty canvas.
struct Placed {
  const real* pixels;
  Index height, width, top, left;
  real at(Index row, Index column) const {
    const Index r = row - top, c = column - left;
    if (r < 0 || r >= height || c < 0 || c >= width) return real{0};
    return pixels[r * width + c];
  }
};

// The larger of both at each point, the canvas shrunk to the size of one image by taking the pixel
// under the centre of each new one, and standardised.
void overlay_mgda(const Placed& first, Placed second, std::vector<real>& out) {
  second.top = second.left = kOffset;
  const Index h = first.height, w = first.width;
  for (Index r = 0; r < h; ++r) {
    const Index row = (2 * r + 1) * (h + kMargin) / (2 * h);
    for (Index c = 0; c < w; ++c) {
      const Index column = (2 * c + 1) * (w + kMargin) / (2 * w);
      const auto pixel =
          static_cast<double>(std::max(first.at(row, column), second.at(row, column)));
      out.push_back(static_cast<real>((pixel - kMean) / kDeviation));
    }
  }
}

// The sum of both, at most 1: the first near the top left corner, the second near the bottom right.
void overlay_pareto_mtl(Placed first, Placed second, RandomStream& random, std::vector<real>& out) {
  first.top = random.below(kMoves);
  first.left = random.below(kMoves);
  second.top = kMargin - random.below(kMoves);
  second.left = kMargin - random.below(kMoves);
  for (Index r = 0; r < first.height + kMargin; ++r) {
    for (Index c = 0; c < first.width + kMargin; ++c) {
      out.push_back(std::min(real{1}, first.at(r, c) + second.at(r, c)));
    }
  }
}

ColumnData label_column(const char* name, const ImageSet& set, Index rows) {
  ColumnData column;
  column.name = name;
  column.sample = {1};
  column.dtype = Dtype::integer;
  column.classes = set.data.find("label")->classes;
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
  Index examples(DataRole role, const ImageSet& first) const;

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
  const Index h = first.height() + (mgda() ? 0 : kMargin);
  const Index w = first.width() + (mgda() ? 0 : kMargin);
  if (rows <= kMostPixels / (h * w)) return rows;
  throw DataError(text::cat("[multi_mnist] ", first.images_file, ": expected at most ", kMostPixels,
                            " pixels in all examples, found ", rows, " x ", h, " x ", w));
}

Dataset MultiMnist::read(DataRole role, const DataParts& parts) const {
  const DataPart& part = idx_files(parts, role, "multi_mnist");
  const bool two = check_names(part);
  const ImageSet first = read_set(part.files.at("images"), part.files.at("label"));
  ImageSet other;
  if (two) other = read_set(part.files.at("second_images"), part.files.at("second_label"));
  const ImageSet& second = two ? other : first;
  const Index h = first.height(), w = first.width();
  if (second.height() != h || second.width() != w) {
    throw DataError(text::cat("[multi_mnist] ", second.images_file, ": expected images of ", h,
                              " x ", w, " as in 'images', found ", second.height(), " x ",
                              second.width()));
  }
  const Partners partners(second, !mgda() && !two);

  Dataset data;
  data.rows = examples(role, first);
  ColumnData images;
  images.name = "images";
  images.sample = mgda() ? Shape{h, w, 1} : Shape{h + kMargin, w + kMargin, 1};
  images.reals.reserve(static_cast<std::size_t>(data.rows * images.sample.size()));
  ColumnData left = label_column("left", first, data.rows);
  ColumnData right = label_column("right", second, data.rows);
  const std::string purpose =
      text::cat("multi_mnist/", recipe_, role == DataRole::train ? "/train" : "/test");
  RandomStream random(static_cast<std::uint64_t>(seed_), purpose);
  for (Index i = 0; i < data.rows; ++i) {
    random.seek(static_cast<std::uint64_t>(i) * kWords);  // example i does not depend on others
    const auto a = static_cast<std::size_t>(i % first.data.rows);
    const auto b = static_cast<std::size_t>(partners.draw(first.labels()[a], random));
    left.integers.push_back(first.labels()[a]);
    right.integers.push_back(second.labels()[b]);
    const auto pixels = static_cast<std::size_t>(h * w);
    const Placed one{first.images().data() + a * pixels, h, w, 0, 0};
    const Placed two_{second.images().data() + b * pixels, h, w, 0, 0};
    if (mgda()) {
      overlay_mgda(one, two_, images.reals);
    } else {
      overlay_pareto_mtl(one, two_, random, images.reals);
    }
  }
  const std::string made = text::cat(purpose, " seed ", seed_, " rows ", data.rows);
  const std::array<std::string, 3> digests = {first.data.digest, second.data.digest,
                                              file::sha256(made)};
  data.digest = digest_of(digests);
  data.columns = {std::move(images), std::move(left), std::move(right)};
  return data;
}

}  // namespace

std::unique_ptr<Source> make_multi_mnist() { return std::make_unique<MultiMnist>(); }

}  // namespace espalier
