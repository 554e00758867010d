#include "study/report/svg.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "study/report/escape.hpp"
#include "study/report/format.hpp"

namespace espalier::report {

namespace {

constexpr double kCharacter = 0.56;  // of the size: a sans-serif's mean advance
constexpr double kHatchStep = 7.0;
constexpr double kFarthest = 1e6;  // px; viewers lose their way far outside

bool in_palette(const std::string& name) { return !name.empty() && name[0] != '#'; }

std::string painted(const Paint& paint, std::string_view kind) {
  std::string classes(kind);
  const auto add = [&](const char* prefix, const std::string& name) {
    if (in_palette(name)) classes += (classes.empty() ? "" : " ") + (prefix + name);
  };
  add("f-", paint.fill);
  add("k-", paint.stroke);
  std::string out;
  if (!classes.empty()) out += text::cat(" class=\"", classes, "\"");
  out += text::cat(" fill=\"", paint.fill.empty() ? "none" : light_colour(paint.fill), "\"");
  if (!paint.stroke.empty()) {
    out += text::cat(" stroke=\"", light_colour(paint.stroke), "\" stroke-width=\"",
                     px(paint.width), "\"");
  }
  if (!paint.dash.empty()) out += text::cat(" stroke-dasharray=\"", paint.dash, "\"");
  if (paint.opacity < 1.0) out += text::cat(" opacity=\"", px(paint.opacity), "\"");
  return out;
}

}  // namespace

std::string px(double value) {
  return without_zeros(fixed(std::clamp(value, -kFarthest, kFarthest), 2));
}

double text_width(std::string_view words, double size) {
  return kCharacter * size * static_cast<double>(characters(words));
}

Canvas::Canvas(double width, std::string title) : width_(width), title_(std::move(title)) {}

void Canvas::grow(double y) { height_ = std::max(height_, y); }

void Canvas::text(double x, double y, std::string_view words, const Font& font, double room) {
  const double fit = std::clamp(room / (kCharacter * font.size), 1.0, 200.0);
  const std::string seen = cut(words, static_cast<std::size_t>(fit));
  body_ +=
      text::cat("<text x=\"", px(x), "\" y=\"", px(y), "\" font-size=\"", px(font.size),
                "\" text-anchor=\"", font.anchor, "\"", font.bold ? " font-weight=\"600\"" : "",
                painted({.fill = font.colour}, {}), ">");
  if (seen != words) body_ += "<title>" + xml(words) + "</title>";
  body_ += xml(seen) + "</text>\n";
}

void Canvas::line(double x1, double y1, double x2, double y2, const Paint& paint) {
  body_ += text::cat("<line x1=\"", px(x1), "\" y1=\"", px(y1), "\" x2=\"", px(x2), "\" y2=\"",
                     px(y2), "\"", painted(paint, {}), "/>\n");
}

void Canvas::rect(double x, double y, double width, double height, const Paint& paint) {
  body_ += text::cat("<rect x=\"", px(x), "\" y=\"", px(y), "\" width=\"", px(std::max(width, 0.0)),
                     "\" height=\"", px(std::max(height, 0.0)), "\"", painted(paint, {}), "/>\n");
}

void Canvas::circle(double x, double y, double radius, const Paint& paint) {
  body_ += text::cat("<circle cx=\"", px(x), "\" cy=\"", px(y), "\" r=\"", px(radius), "\"",
                     painted(paint, {}), "/>\n");
}

void Canvas::path(std::string_view d, const Paint& paint, std::string_view kind) {
  body_ += text::cat("<path d=\"", d, "\"", painted(paint, kind),
                     " stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\n");
}

void Canvas::hatch(double x, double y, double width, double height) {
  std::string d;
  // The lines u + v = s, u along the width and v along the height, from edge to edge.
  for (double s = kHatchStep; s < width + height; s += kHatchStep) {
    const double u1 = std::min(s, width), u2 = std::max(0.0, s - height);
    d += text::cat("M", px(x + u1), " ", px(y + s - u1), "L", px(x + u2), " ", px(y + s - u2));
  }
  path(d, {.stroke = "#1b1f23", .width = 0.8, .opacity = 0.28}, "hatch");
}

std::string Canvas::str() const {
  return text::cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", px(width_), "\" height=\"",
                   px(height_), "\" viewBox=\"0 0 ", px(width_), " ", px(height_),
                   "\" font-family=\"sans-serif\" role=\"img\">\n<title>", xml(title_),
                   "</title>\n<rect width=\"100%\" height=\"100%\"", painted({.fill = "paper"}, {}),
                   "/>\n", body_, "</svg>\n");
}

}  // namespace espalier::report
