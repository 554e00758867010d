#include "experiment/spec_write.hpp"

#include <cstdlib>
#include <filesystem>

#include "experiment/config_write.hpp"
#include "experiment/spec_support.hpp"
#include "experiment/yaml_emit.hpp"

using namespace espalier;

namespace {

std::string resolved_text(ExperimentSpec spec) { return emit_yaml(resolved(spec)); }

std::string reread(const std::string& text) {
  return resolved_text(read_spec(parse_yaml(text, "/another/folder/spec.yaml")));
}

}  // namespace

TEST_CASE("the resolved experiment names every value") {
  CHECK(resolved_text(small_spec({"plugins=build"})) ==
        "name: small\n"
        "description: \"\"\n"
        "seed: 1\n"
        "threads: 0\n"
        "precision: fp32\n"
        "plugins: [/exp/build]\n"
        "only: []\n"
        "data:\n"
        "  letters:\n"
        "    source: glyphs\n"
        "    train: 30\n"
        "    test: 10\n"
        "    limit: 0\n"
        "    validation: 0\n"
        "    classes: letters\n"
        "    seed: 0\n"
        "trunk:\n"
        "  input: [1, 28, 28]\n"
        "  stages:\n"
        "    - name: dense\n"
        "      layers:\n"
        "        - linear:\n"
        "            units: 8\n"
        "            bias: true\n"
        "            init: he_normal\n"
        "            flatten: true\n"
        "        - relu\n"
        "tasks:\n"
        "  letters:\n"
        "    plugin: letters\n"
        "    data: letters\n"
        "    target: \"\"\n"
        "    limit: 0\n"
        "sharing: hard\n"
        "balance:\n"
        "  equal:\n"
        "    scale: native\n"
        "    heads: plain\n"
        "    normalise: none\n"
        "    gram: all\n"
        "    clip: 0\n"
        "    smooth: 0\n"
        "    every: 1\n"
        "diagnostics:\n"
        "  every: 0\n"
        "  below: 0\n"
        "optimizer:\n"
        "  sgd:\n"
        "    learning_rate: 0.1\n"
        "    momentum: 0\n"
        "    nesterov: false\n"
        "    weight_decay: 0\n"
        "schedule:\n"
        "  constant:\n"
        "    warmup: 0\n"
        "train:\n"
        "  epochs: 10\n"
        "  steps: 0\n"
        "  seconds: 0\n"
        "  batch: 64\n"
        "  sampling: cycle\n"
        "  temperature: 1\n"
        "  last_batch: drop\n"
        "  evaluation_batch: 256\n"
        "  log_every: 0\n"
        "  checkpoint_every: 1\n"
        "  watchdog: 600\n");
}

TEST_CASE("a resolved experiment resolves to itself, from any folder") {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"description='two\nlines: \"quoted\"'", "only=letters", "plugins=[a, ../b]"},
      {"optimizer={ trunk: { sgd: { learning_rate: 1e-3, momentum: 0.9, nesterov: true } }, "
       "heads: adam, heads/letters: rmsprop }"},
      {"balance.equal.scale=norm_of_equal", "schedule={ step: 3 }", "train.epochs=1000000"},
      {"data.letters={ source: idx, train: { images: i, label: '$${x}' }, test: 0.1, "
       "select: { label: [0-4, 7] }, limit: 5000000, validation: 0.1 }"},
      {"data.letters={ source: glyphs, classes: digits, train: 3000000, test: { source: idx, "
       "images: i, label: l, select: { label: 3 } } }"},
      {"data.letters={ source: csv, file: f.csv, inputs: [a, b], targets: 'y', test: { source: "
       "glyphs, classes: letters, count: 7 } }"},
      {"tasks.letters={ plugin: x, data: letters, rate: 1e-5, flag: true, text: '5', list: "
       "[{ a: ~ }] }"},
  };
  for (const auto& overrides : cases) {
    const std::string once = resolved_text(small_spec(overrides));
    CAPTURE(once);
    CHECK(reread(once) == once);
  }
}

TEST_CASE("every experiment of the repository resolves to itself") {
  ::setenv("ESPALIER_DATA", "/data", 0);
  int seen = 0;
  const std::filesystem::path folder = std::filesystem::path(ESPALIER_SOURCE_DIR) / "experiments";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".yaml") continue;
    CAPTURE(file.path().string());
    const std::string once = resolved_text(read_spec(load_yaml(file.path().string())));
    CHECK(reread(once) == once);
    ++seen;
  }
  CHECK(seen >= 1);
}

TEST_CASE("the hash names the resolved text") {
  CHECK(spec_hash("abc") == "ba7816bf8f01");  // FIPS 180-2, appendix B.1
  const std::string one = resolved_text(small_spec());
  CHECK(spec_hash(one) == spec_hash(resolved_text(small_spec())));
  CHECK(spec_hash(one) != spec_hash(resolved_text(small_spec({"threads=2"}))));
  CHECK(spec_hash(one) != spec_hash(resolved_text(small_spec({"seed=2"}))));
}

TEST_CASE("options of every kind are written so that they read back") {
  SampleOptions options;
  options.units = -5;
  options.rate = 1e-8;
  options.bias = false;
  options.columns = {"5", "true", "a: b", ""};
  options.shape = {};
  options.file.file = "/a b/${c}";
  const ConfigNode node = write_fields(options);
  CHECK(emit_yaml(node) ==
        "units: -5\n"
        "rate: 1e-08\n"
        "bias: false\n"
        "init: he_normal\n"
        "shape: []\n"
        "start: [0.5, -1]\n"
        "columns: [\"5\", \"true\", \"a: b\", \"\"]\n"
        "file: \"/a b/$${c}\"\n");
  options.units = 1;
  const SampleOptions back = read_sample(emit_yaml(write_fields(options)));
  CHECK(back.rate == 1e-8);
  CHECK(back.columns == options.columns);
  CHECK(back.shape.empty());
  CHECK(back.file.file == options.file.file);
}

TEST_CASE("values without a text of their own are left out") {
  struct Unset {
    double limit = std::numeric_limits<double>::infinity();
    std::string mode;
    Path file;
    void fields(Fields& f) {
      static constexpr std::string_view kModes[] = {"a", "b"};
      f.number({"limit", "none by default"}, limit);
      f.word({"mode", "chosen by the program by default"}, mode, kModes);
      f.path({"file", "none by default"}, file);
    }
  };
  Unset unset;
  CHECK(emit_yaml(write_fields(unset)) == "{}\n");
}
