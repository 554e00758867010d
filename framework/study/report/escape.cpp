#include "study/report/escape.hpp"

#include <algorithm>

#include "core/xml.hpp"

namespace espalier::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// `raw` with each character of `from` replaced by what stands at its place in `to`.
std::string replaced(std::string_view raw, std::string_view from,
                     const std::vector<std::string_view>& to) {
  std::string out;
  for (const char c : raw) {
    const std::size_t place = from.find(c);
    if (place == std::string_view::npos) {
      out += c;
    } else {
      out += to[place];
    }
  }
  return out;
}

std::string one_line(std::string_view raw) {
  return replaced(clean(raw), "\n\r\t", {" ", " ", " "});
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

}  // namespace

std::string clean(std::string_view raw) {
  // The JSON library knows which bytes are no UTF-8.
  const Json given = std::string(raw);
  const Json valid = Json::parse(given.dump(-1, ' ', false, Json::error_handler_t::replace));
  std::string out;
  for (const char c : valid.get<std::string>()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    if (control) {
      out += kReplacement;
    } else {
      out += c;
    }
  }
  replace_all(out, "\xEF\xBF\xBE", kReplacement);
  replace_all(out, "\xEF\xBF\xBF", kReplacement);
  return out;
}

std::string xml(std::string_view raw) { return xml_text(replaced(clean(raw), "\r", {" "})); }

std::string markdown(std::string_view raw) {
  return replaced(
      one_line(raw), "\\`*_[]|~#&<>",
      {"\\\\", "\\`", "\\*", "\\_", "\\[", "\\]", "\\|", "\\~", "\\#", "&amp;", "&lt;", "&gt;"});
}

std::string markdown_code(std::string_view raw) {
  const std::string text = clean(raw);
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "\n" + text + "\n" + fence + "\n";
}

std::string tex(std::string_view raw) {
  // "[" and "*" after "\\" would be its argument; "<", ">", "|" and quotes change in old fonts.
  std::string out =
      replaced(one_line(raw), "\\{}$&#^_~%<>|\"[*",
               {"\\textbackslash{}", "\\{", "\\}", "\\$", "\\&", "\\#", "\\textasciicircum{}",
                "\\_", "\\textasciitilde{}", "\\%", "\\textless{}", "\\textgreater{}",
                "\\textbar{}", "\\textquotedbl{}", "{[}", "{*}"});
  replace_all(out, "\xC2\xB1", "$\\pm$");
  replace_all(out, "\xCE\x94", "$\\Delta$");
  replace_all(out, "\xE2\x80\xA0", "$\\dagger$");
  return out;
}

std::string csv(std::string_view raw) {
  std::string text = clean(raw);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return '"' + replaced(text, "\"", {"\"\""}) + '"';
}

std::string script_json(const Json& value) {
  return replaced(value.dump(-1, ' ', false, Json::error_handler_t::replace), "<", {"\\u003c"});
}

std::size_t characters(std::string_view clean_text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(clean_text, [](char c) { return !continues(c); }));
}

std::string cut(std::string_view raw, std::size_t limit) {
  std::string text = one_line(raw);
  if (characters(text) <= limit) return text;
  std::size_t end = 0, seen = 0;
  while (end < text.size() && (continues(text[end]) || ++seen < std::max<std::size_t>(limit, 1))) {
    ++end;
  }
  return text.substr(0, end) + "\xE2\x80\xA6";
}

}  // namespace espalier::report
