#include "core/text.hpp"
#include "study/report/page.hpp"
#include "study/report/svg.hpp"

namespace espalier::report {

namespace {

constexpr std::string_view kStyle = R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:1.2rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2rem 0 .5rem;padding-bottom:.2rem;border-bottom:1px solid var(--grid)}
h3{font-size:1rem;margin:1rem 0 .3rem;overflow-wrap:anywhere}
p,li,dd{overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.6rem 0;color:var(--muted)}
dt{font-weight:600;max-width:40vw;overflow-wrap:anywhere}
dd{margin:0}
.verdict,.alarms{border-left:4px solid var(--s2);padding:.1rem .9rem;margin:.8rem 0}
.alarms{border-color:var(--s1)}
.verdict h2,.alarms h2{margin:0;border:0;padding:0}
.verdict ul,.alarms ul{margin:.2rem 0;padding-left:1.2rem}
.box{overflow-x:auto;max-width:100%;margin:.4rem 0}
.box:focus-visible{outline:2px solid var(--s0)}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{caption-side:bottom;text-align:left;color:var(--muted);padding:.3rem .2rem}
th,td{padding:.28rem .6rem;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top;
max-width:22rem;overflow-wrap:break-word;unicode-bidi:isolate}
tbody th{min-width:7.5rem}
td{white-space:nowrap}
td:not(.n){white-space:normal}
td:last-child{min-width:9rem}
td.n{text-align:right}
thead th{border-bottom:2px solid var(--muted);vertical-align:bottom;min-width:4.5rem}
tr.baseline{background:color-mix(in srgb,var(--s4) 14%,transparent)}
small{color:var(--muted);font-weight:400}
figure{margin:1.2rem 0 1.6rem}
figcaption{font-weight:600;margin-bottom:.3rem}
svg{display:block}
svg text{unicode-bidi:isolate}
details{margin:.3rem 0}
summary{cursor:pointer;color:var(--muted)}
pre{overflow-x:auto;padding:.5rem .7rem;margin:.2rem 0 .7rem;border:1px solid var(--grid);
border-radius:4px;font-size:.82rem}
.live>.drawn{display:none}
#plots h3{font-size:.92rem}
#plots .uplot{width:auto;max-width:100%}
#plots .u-legend{text-align:left;font-size:.85rem;max-width:100%;overflow-x:auto}
#plots .u-legend .aside{display:none}
#plots th,#plots td{border:0;min-width:0;max-width:none;white-space:nowrap;padding:.1rem .2rem}
#plots label{display:inline-block;margin-bottom:.3rem;color:var(--muted)}
.licence{white-space:pre-wrap;font-size:.75rem;color:var(--muted)}
@media print{
.live>.drawn{display:block}
#plots{display:none}
.box,pre{overflow:visible}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}
table{font-size:.72rem}
th,td{padding:.15rem .3rem;overflow-wrap:anywhere}
figure,tr{break-inside:avoid}
h2,h3{break-after:avoid}
}
)css";

std::string variables(std::string (*colour)(std::string_view)) {
  std::string out = ":root{";
  for (const std::string& name : palette_names()) {
    out += text::cat("--", name, ":", colour(name), ";");
  }
  return out + "}";
}

}  // namespace

std::string page_style() {
  std::string out =
      text::cat("\n:root{color-scheme:light dark}\n", variables(light_colour),
                "\n@media screen and (prefers-color-scheme:dark){", variables(dark_colour), "}\n");
  for (const std::string& name : palette_names()) {
    out +=
        text::cat(".f-", name, "{fill:var(--", name, ")}.k-", name, "{stroke:var(--", name, ")}\n");
  }
  return text::cat(out, kStyle);
}

}  // namespace espalier::report
