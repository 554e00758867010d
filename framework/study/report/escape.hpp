#pragma once

#include "espalier/api.hpp"
#include "study/report/json.hpp"

namespace espalier::report {

/// `raw` as valid UTF-8 without control characters (but tab and line ends): each bad byte becomes
/// U+FFFD, as do the two code points that XML does not know.
ESPALIER_API std::string clean(std::string_view raw);

/// For text and quoted attributes of XML and HTML.
ESPALIER_API std::string xml(std::string_view raw);

/// For one line of Markdown, in a table or outside.
ESPALIER_API std::string markdown(std::string_view raw);

/// A fenced block that `raw` cannot close.
ESPALIER_API std::string markdown_code(std::string_view raw);

/// For text mode of LaTeX with UTF-8 input, also at the start of a table's row.
ESPALIER_API std::string tex(std::string_view raw);

/// One field of RFC 4180.
ESPALIER_API std::string csv(std::string_view raw);

/// JSON that may stand in a <script> element: every "<" is written \u003c.
ESPALIER_API std::string script_json(const Json& value);

/// At most `characters` of one line; a cut is shown by an ellipsis.
ESPALIER_API std::string cut(std::string_view raw, std::size_t characters);

/// Characters (code points) of valid UTF-8.
std::size_t characters(std::string_view clean_text);

}  // namespace espalier::report
