#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace espalier::report {

/// What html_report puts around the content.

/// The page's style: colours as variables, light and dark, for a phone, a screen and print.
std::string page_style();

/// Draws the curves that <script id="curve-data"> holds into <div id="plots">, with uPlot.
std::string_view page_script();

/// A Content-Security-Policy that lets in these inline scripts and styles, by their SHA-256, and
/// nothing else, from nowhere.
std::string content_policy(const std::vector<std::string>& scripts,
                           const std::vector<std::string>& styles);

}  // namespace espalier::report
