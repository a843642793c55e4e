// A button below each chart that saves it as a file that any drawing program opens.
(() => {
  const { make, colours } = page;

  const fileName = (chart) => `${chart.getAttribute("aria-label") || "chart"}.svg`
    .replace(/[^\p{L}\p{N}.+-]+/gu, "-");

  /** With the paper below it, for on another one its letters might not be seen. */
  const drawing = (chart) => echarts.getInstanceByDom(chart).renderToSVGString()
    .replace(/(<svg[^>]*>)/, `$1<rect width="100%" height="100%" fill="${colours().paper}"/>`);

  function save(chart) {
    const url = URL.createObjectURL(new Blob([drawing(chart)], { type: "image/svg+xml" }));
    const link = make("a");
    link.href = url;
    link.download = fileName(chart);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  for (const chart of document.querySelectorAll(".chart")) {
    const button = make("button", "SVG", null, "save");
    button.type = "button";
    button.title = "Save this chart as an SVG file";
    button.addEventListener("click", () => save(chart));
    chart.after(button);
  }

  page.lab.drawing = drawing;
})();
