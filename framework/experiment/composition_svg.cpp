#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "core/xml.hpp"
#include "experiment/composition.hpp"

namespace espalier {

namespace {

constexpr int kWidth = 190, kHeight = 46, kGapX = 18, kGapY = 44, kMargin = 20, kTitle = 34;

/// Where each part stands: a row for each depth, the input at the bottom, rows centred.
struct Layout {
  std::vector<int> x, y;
  int width = 0, height = 0;
};

Layout place(const Composition& composition) {
  std::map<int, std::vector<std::size_t>> rows;
  for (std::size_t p = 0; p < composition.parts.size(); ++p) {
    rows[composition.parts[p].depth].push_back(p);
  }
  std::size_t most = 1;
  for (const auto& [depth, parts] : rows) most = std::max(most, parts.size());
  Layout layout{std::vector<int>(composition.parts.size()),
                std::vector<int>(composition.parts.size()), 0, 0};
  const auto span = [](std::size_t count) {
    return static_cast<int>(count) * (kWidth + kGapX) - kGapX;
  };
  layout.width = span(most) + 2 * kMargin;
  layout.height = static_cast<int>(rows.size()) * (kHeight + kGapY) - kGapY + 2 * kMargin + kTitle;
  int level = 0;
  for (const auto& [depth, parts] : rows) {
    int x = (layout.width - span(parts.size())) / 2;
    for (const std::size_t p : parts) {
      layout.x[p] = x;
      layout.y[p] = layout.height - kMargin - kHeight - level * (kHeight + kGapY);
      x += kWidth + kGapX;
    }
    ++level;
  }
  return layout;
}

std::string label(int x, int y, int size, const std::string& text) {
  return text::cat("<text x=\"", x, "\" y=\"", y, "\" font-size=\"", size,
                   "\" text-anchor=\"middle\">", xml_text(text), "</text>\n");
}

std::string box(const Composition::Part& part, int x, int y) {
  const char* const fill = part.parameters == 0.0 ? "#f4f4f2" : part.shared ? "#cfe3d4" : "#f3dfc1";
  std::string numbers = short_number(part.flops) + " flops";
  if (part.parameters > 0.0) {
    numbers = short_number(part.parameters) + (part.shared ? " shared, " : " own, ") + numbers;
  }
  return text::cat("<rect x=\"", x, "\" y=\"", y, "\" width=\"", kWidth, "\" height=\"", kHeight,
                   "\" rx=\"6\" fill=\"", fill, "\" stroke=\"#55605a\"/>\n",
                   label(x + kWidth / 2, y + 19, 12, part.name),
                   label(x + kWidth / 2, y + 36, 10, numbers));
}

}  // namespace

std::string composition_svg(const Composition& composition, const std::string& title) {
  const Layout at = place(composition);
  std::string out = text::cat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", at.width, "\" height=\"", at.height,
      "\" viewBox=\"0 0 ", at.width, " ", at.height, "\" font-family=\"sans-serif\">\n<title>",
      xml_text(title), "</title>\n", "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      label(at.width / 2, kMargin + 8, 13, title));
  for (std::size_t p = 0; p < composition.parts.size(); ++p) {
    for (const std::size_t from : composition.parts[p].inputs) {
      out += text::cat("<line x1=\"", at.x[from] + kWidth / 2, "\" y1=\"", at.y[from], "\" x2=\"",
                       at.x[p] + kWidth / 2, "\" y2=\"", at.y[p] + kHeight,
                       "\" stroke=\"#8a938d\"/>\n");
    }
  }
  for (std::size_t p = 0; p < composition.parts.size(); ++p) {
    out += box(composition.parts[p], at.x[p], at.y[p]);
  }
  return out + "</svg>\n";
}

}  // namespace espalier
