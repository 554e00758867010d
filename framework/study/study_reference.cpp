#include "core/text.hpp"
#include "experiment/reference.hpp"
#include "study/study.hpp"

namespace espalier {

std::string study_reference() {
  Study study;
  const auto table = [](auto& object) {
    return keys_table([&](ConfigFields& f) { object.fields(f); });
  };
  return text::cat("\n## A study\n\nA file of its own, for `espalier compare`.\n\n", table(study),
                   "\n## Its budget (`budget`)\n\n", table(study.budget),
                   "\n## Its measure (`select`)\n\n", table(study.select),
                   "\n## Its search (`search`)\n\n", table(study.search));
}

}  // namespace espalier
