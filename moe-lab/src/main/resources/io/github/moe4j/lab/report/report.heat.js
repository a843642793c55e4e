// Heat maps: the scale below them, and small ones whose cells keep a moderate size.
(() => {
  const { known, make, colours, base, axis, tip } = page;

  /** The largest number of all tables, so that the maps of all models have the same colours. */
  const largest = (tables) => tables.flat(2)
    .reduce((most, value) => (known(value) && value > most ? value : most), 0.01);

  function addScale(element, most, text) {
    page.painters.push(() => {
      element.replaceChildren();
      make("span", "0 %", element);
      make("span", null, element).style.background =
        `linear-gradient(to right, ${colours().heat.join(", ")})`;
      make("span", `${page.percent(most, 0)} ${text}`, element);
    });
  }

  /** The look that all cells have. */
  function cells(data, extra) {
    const c = colours();
    return {
      type: "heatmap", data,
      itemStyle: { borderColor: c.paper, borderWidth: 1 },
      emphasis: { itemStyle: { borderColor: c.ink, borderWidth: 1.5 } },
      ...extra,
    };
  }

  const categories = (names, extra) => {
    const { ink, soft } = colours();
    return axis({
      type: "category", data: names, axisLine: { show: false }, axisTick: { show: false }, ...extra,
      axisLabel: { color: extra.inverse ? ink : soft, fontSize: 11, margin: 5, ...extra.axisLabel },
    });
  };

  /** A map of values[row][column]; square makes cells as high as wide. */
  function matrix({ label, rows, columns, values, most, square, text }, width) {
    const longest = Math.max(...rows.map((name) => name.length));
    const left = Math.min(150, 14 + 6.4 * longest);
    const cell = Math.min(square ? 30 : 40, (width - left - 4) / columns.length);
    const high = square ? cell : 16;
    const option = base(label);
    option.grid = { left, top: 22, width: cell * columns.length, height: high * rows.length };
    option.xAxis = categories(columns, { position: "top", axisLabel: { hideOverlap: true } });
    option.yAxis = categories(rows, {
      inverse: true,
      axisLabel: {
        interval: high < 13 ? "auto" : 0, width: left - 8, overflow: "truncate",
      },
    });
    option.visualMap = {
      show: false, min: 0, max: most, inRange: { color: colours().heat }, dimension: 2,
    };
    option.series = [cells(values.flatMap((row, r) =>
      row.map((value, c) => [c, r, known(value) ? value : "-"])),
      cell < 8 ? { itemStyle: { borderWidth: 0 } } : {})];
    option.tooltip.formatter = ({ value: [column, row, value] }) =>
      tip(rows[row], [{ text: known(value) ? text(column, page.percent(value)) : "not seen" }]);
    return { height: Math.ceil(26 + high * rows.length), option };
  }

  page.lab.heat = { largest, addScale, cells, categories, matrix };
})();
