#include "study/report/escape.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "study/report/lines.hpp"
#include "study/report/table.hpp"

namespace espalier::report {

TEST_CASE("report escape: XML") {
  CHECK(xml("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  CHECK(xml("line\nline\r") == "line\nline ");
  // A control character, a lone continuation byte, U+FFFE: none may stand in XML.
  CHECK(xml(std::string("a\0b", 3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(xml("\x1b") == "\xEF\xBF\xBD");
  CHECK(xml("\x80") == "\xEF\xBF\xBD");
  CHECK(xml("\xEF\xBF\xBE") == "\xEF\xBF\xBD");
  CHECK(xml("\xC3\xA4") == "\xC3\xA4");
}

TEST_CASE("report escape: Markdown") {
  CHECK(markdown("a|b\nc") == "a\\|b c");
  CHECK(markdown("[x](y) *z* `q` <b>") == "\\[x\\](y) \\*z\\* \\`q\\` &lt;b&gt;");
  CHECK(markdown_code("a ``` b") == "````\na ``` b\n````\n");
  CHECK(markdown_code("a") == "```\na\n```\n");
}

TEST_CASE("report escape: LaTeX") {
  CHECK(tex("50 % of $x_1$ & #2") == "50 \\% of \\$x\\_1\\$ \\& \\#2");
  CHECK(tex("\\input{x}") == "\\textbackslash{}input\\{x\\}");
  CHECK(tex("[3]*~^") == "{[}3]{*}\\textasciitilde{}\\textasciicircum{}");
  CHECK(tex("a\n\nb") == "a  b");  // no paragraph
  CHECK(tex("1 \xC2\xB1 2") == "1 $\\pm$ 2");
}

TEST_CASE("report escape: CSV by RFC 4180") {
  CHECK(csv("plain text") == "plain text");
  CHECK(csv("a,b") == "\"a,b\"");
  CHECK(csv("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv("a\nb") == "\"a\nb\"");
  const Table table{"", {"name", "value"}, {{{{"x"}, {"0.33", 1.0 / 3.0}}}}};
  CHECK(csv(table) == "name,value\r\nx,0.3333333333333333\r\n");
}

TEST_CASE("report escape: JSON within a script") {
  const Json given = {{"</script>", "<!--"}};
  CHECK(script_json(given) == "{\"\\u003c/script>\":\"\\u003c!--\"}");
  CHECK(Json::parse(script_json(given)) == given);
  CHECK(script_json(Json("\xFF")) == "\"\xEF\xBF\xBD\"");
}

TEST_CASE("report escape: cut counts characters") {
  CHECK(cut("abc", 3) == "abc");
  CHECK(cut("abcd", 3) == "ab\xE2\x80\xA6");
  CHECK(cut("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F", 3) == "\xC3\xA4\xC3\xB6\xE2\x80\xA6");
}

TEST_CASE("report table: the baseline is marked in each form") {
  const Table table{"", {"who", "score"}, {{{{"alone"}, {"0.5", 0.5}}, true}, {{{"hard"}, {"-"}}}}};
  CHECK(html(table).find("<tr class=\"baseline\"><th scope=\"row\">alone") != std::string::npos);
  CHECK(markdown(table) ==
        "| who | score |\n| --- | ---: |\n| alone \xE2\x80\xA0 | 0.5 |\n| hard | - |\n\n"
        "\xE2\x80\xA0 baseline\n");
  CHECK(tex(table) ==
        "\\begin{tabular}{lr}\n\\toprule\nwho & score \\\\\n\\midrule\nalone $\\dagger$ & 0.5 "
        "\\\\\nhard & - \\\\\n\\bottomrule\n\\end{tabular}\n\n$\\dagger$ baseline\n");
}

TEST_CASE("report lines: kept points hold the extremes and the ends") {
  std::vector<std::optional<double>> flat(10000, 0.0);
  flat[1234] = 5.0;
  flat[7777] = -5.0;
  const std::vector<std::size_t> kept = kept_points({flat}, 100);
  CHECK(kept.size() <= 100);
  CHECK(kept.front() == 0);
  CHECK(kept.back() == 9999);
  CHECK(std::ranges::count(kept, 1234U) == 1);
  CHECK(std::ranges::count(kept, 7777U) == 1);
  CHECK(std::ranges::is_sorted(kept));
  CHECK(kept_points({flat}, 20000).size() == 10000);
}

}  // namespace espalier::report
