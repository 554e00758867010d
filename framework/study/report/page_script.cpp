#include "study/report/page.hpp"

namespace espalier::report {

// Names reach the page by textContent and the canvas only.
std::string_view page_script() {
  return R"js(
(function () {
  "use strict";
  var source = document.getElementById("curve-data");
  var place = document.getElementById("plots");
  if (!source || !place || typeof uPlot === "undefined") return;
  var tasks = JSON.parse(source.textContent);
  var plots = [];
  var seeds = false;

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  function shown(plot, value) {
    return value === null || value === undefined ? "-" : String(Number(value.toPrecision(4)));
  }

  function settings(task, width) {
    var series = [{ label: "epoch" }];
    var data = [task.epochs];
    var bands = [];
    task.lines.forEach(function (line) {
      var ink = colour(line.colour);
      var at = data.length;
      data.push(line.mean, line.low, line.high);
      series.push({ label: line.label, stroke: ink, width: 2, dash: line.dash, value: shown, spanGaps: true });
      var edge = { class: "aside", stroke: "transparent", width: 0, points: { show: false } };
      series.push(Object.assign({ label: "low" }, edge), Object.assign({ label: "high" }, edge));
      bands.push({ series: [at + 2, at + 1], fill: ink + "2e" });
      if (!seeds) return;
      line.seeds.forEach(function (values) {
        data.push(values);
        series.push({ label: "seed", class: "aside", stroke: ink + "99", width: 1,
                      points: { show: false } });
      });
    });
    var axis = { stroke: colour("muted"), grid: { stroke: colour("grid"), width: 1 },
                 ticks: { stroke: colour("grid"), width: 1 } };
    return { data: data, options: {
      width: width, height: 260, series: series, bands: bands, scales: { x: { time: false } },
      axes: [axis, Object.assign({ size: 64 }, axis)], cursor: { points: { size: 6 } } } };
  }

  function draw() {
    plots.forEach(function (plot) { plot.destroy(); });
    plots = tasks.map(function (task, index) {
      var box = boxes[index];
      var made = settings(task, Math.max(box.clientWidth, 240));
      return new uPlot(made.options, made.data, box);
    });
  }

  place.hidden = false;
  place.parentNode.classList.add("live");
  var label = document.createElement("label");
  var toggle = document.createElement("input");
  toggle.type = "checkbox";
  toggle.addEventListener("change", function () { seeds = toggle.checked; draw(); });
  label.appendChild(toggle);
  label.appendChild(document.createTextNode(" each seed; drag to zoom, double click to leave"));
  place.appendChild(label);
  var boxes = tasks.map(function (task) {
    var title = document.createElement("h3");
    title.textContent = task.title;
    var box = document.createElement("div");
    place.appendChild(title);
    place.appendChild(box);
    return box;
  });
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  var width = place.clientWidth;
  addEventListener("resize", function () {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    draw();
  });
})();
)js";
}

}  // namespace espalier::report
