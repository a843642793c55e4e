// What all charts share: colours, axes, tooltips, and when to draw. A chart is a function from a
// width to a height and an ECharts option; all are drawn again when the window, the colour scheme
// or the medium changes.
(() => {
  const { make } = page;
  const charts = [];

  function colours() {
    return page.isDark()
      ? {
          ink: "#e3e7ec", soft: "#9aa5b3", line: "#313945", paper: "#14181e", back: "#1d232b",
          heat: ["#1b2129", "#1d4568", "#2f7fb5", "#8fcbef", "#f4fbff"],
          bands: ["#1f3d63", "#27587a", "#2f7388", "#3f8c86", "#5fa27d", "#8fb073"],
          stages: ["#ff9147", "#2fc79b", "#4aa8e0", "#e39ac6", "#4a5462"],
        }
      : {
          ink: "#1c2330", soft: "#5a6373", line: "#dcdfe4", paper: "#fcfcfa", back: "#ffffff",
          heat: ["#f2f3f1", "#bcd9ec", "#62a8d6", "#1b6cac", "#072f5f"],
          bands: ["#4b77a8", "#5b9bb8", "#72b8b8", "#9acfb0", "#c4e0a6", "#efe6a0"],
          stages: ["#d55e00", "#009e73", "#0072b2", "#b8629b", "#c3c8cf"],
        };
  }

  // Double quotes would end the attribute that a saved SVG has the font in.
  const FONT = getComputedStyle(document.body).fontFamily.replaceAll('"', "'");

  function base(label) {
    const c = colours();
    return {
      animation: false,
      backgroundColor: "transparent",
      textStyle: { fontFamily: FONT, color: c.ink },
      aria: { enabled: true, label: { description: label } },
      tooltip: {
        confine: true,
        backgroundColor: c.back,
        borderColor: c.line,
        textStyle: { color: c.ink, fontSize: 12, fontFamily: FONT },
      },
    };
  }

  function axis(extra) {
    const c = colours();
    return {
      axisLine: { lineStyle: { color: c.soft } },
      axisTick: { lineStyle: { color: c.soft } },
      axisLabel: { color: c.soft, fontSize: 11, hideOverlap: true },
      nameTextStyle: { color: c.soft, fontSize: 11 },
      splitLine: { lineStyle: { color: c.line } },
      ...extra,
    };
  }

  const stepAxis = (extra) =>
    axis({
      type: "value", name: "step", nameLocation: "middle", nameGap: 26, splitLine: { show: false }, ...extra,
    });

  /** A tooltip as HTML nodes, so that names need no escaping. */
  function tip(heading, lines) {
    const box = document.createElement("div");
    if (heading) make("strong", heading, box);
    for (const { colour, text } of lines) {
      const line = make("div", null, box);
      if (colour) make("span", null, line, "swatch").style.background = colour;
      line.append(text);
    }
    return box;
  }

  function add(element, view) {
    charts.push({ element, view, chart: null, width: 0 });
  }

  function draw(entry, force) {
    const width = entry.element.clientWidth;
    if (width === 0 || (!force && width === entry.width)) return;
    const { height, option } = entry.view(width);
    entry.width = width;
    entry.element.style.height = `${height}px`;
    entry.chart = entry.chart || echarts.init(entry.element, null, { renderer: "svg" });
    entry.chart.resize({ width, height });
    entry.chart.setOption(option, { notMerge: true });
  }

  /** Draws all charts, or those of which the width changed. */
  function drawAll(force) {
    charts.forEach((entry) => draw(entry, force));
  }

  Object.assign(page, { FONT, colours, base, axis, stepAxis, tip, add, drawAll });
})();
