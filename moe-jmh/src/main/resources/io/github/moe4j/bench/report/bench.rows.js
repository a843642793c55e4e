// A chart of rows: a name on the y axis, and for each name one or more figures with their spread, as
// bars from 0 (linear scale) or as dots (log scale, and what has no 0 to start from).
(() => {
  const { known, colours, base, axis, tip } = page;
  const LANE = 15;
  const GAP = 9;

  /** Spreads far beyond all figures would squeeze these; they end open at the border. */
  function limits(cells, log) {
    const values = cells.map((cell) => cell.value);
    const most = Math.max(...values);
    const least = Math.min(...values.filter((value) => value > 0));
    return log ? [least / 4, most * 4] : [0, most * 1.6];
  }

  function clipped(cell, [least, most]) {
    const low = known(cell.low) ? cell.low : cell.value;
    const high = known(cell.high) ? cell.high : cell.value;
    return {
      low: Math.min(cell.value, Math.max(low, least)), high: Math.max(cell.value, Math.min(high, most)),
      openLow: low < least, openHigh: high > most,
    };
  }

  /** The next of 1, 2, 5, 10, … below or above, so that a log axis has little empty space. */
  function rounded(value, up) {
    const power = 10 ** Math.floor(Math.log10(value));
    const steps = [1, 2, 5, 10].map((step) => step * power);
    return up ? steps.find((step) => step >= value) : steps.reverse().find((step) => step <= value);
  }

  /** Ends of a log axis, and its numbers without those of ends that crowd a power of ten. */
  function logAxis(ends) {
    const min = rounded(Math.min(...ends.map((end) => end.low)), false);
    const max = rounded(Math.max(...ends.map((end) => end.high)), true);
    const formatter = (value) => {
      const power = 10 ** Math.round(Math.log10(value));
      const apart = Math.abs(Math.log10(value / power));
      return apart > 1e-6 && apart < 0.5 && power >= min && power <= max ? "" : bench.tick(value);
    };
    return { min, max, formatter };
  }

  const line = (x1, y1, x2, y2, stroke, lineWidth = 1.5) =>
    ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth } });

  /** Draws a figure: bar, spread with its ends, middle, and number. */
  function shape(cell, ends, bars, lanes, c, place) {
    const { color, dash } = page.modelStyle(cell.colour);
    const [x, middle] = place(cell.value);
    const y = middle + (cell.lane - (lanes - 1) / 2) * LANE;
    const [from] = place(ends.low);
    const [to] = place(ends.high);
    const half = LANE / 2 - 4;
    const children = [];
    if (bars) {
      const [zero] = place(0);
      children.push({
        type: "rect", shape: { x: zero, y: y - LANE / 2 + 2, width: x - zero, height: LANE - 4 },
        style: { fill: color, opacity: 0.38 },
      });
    }
    if (to > from) children.push(line(from, y, to, y, color));
    if (to > from && !ends.openLow) children.push(line(from, y - half, from, y + half, color));
    if (to > from && !ends.openHigh) children.push(line(to, y - half, to, y + half, color));
    if (known(cell.tick)) {
      const [at] = place(cell.tick);
      children.push(line(at, y - LANE / 2 + 2, at, y + LANE / 2 - 2, c.ink, 2));
    }
    children.push({
      type: "circle", shape: { cx: x, cy: y, r: 3.6 },
      style: { fill: dash === "solid" ? color : c.paper, stroke: color, lineWidth: 1.5 },
    });
    children.push({
      type: "text",
      style: {
        x: Math.max(x, to) + 7, y, text: cell.text, fill: c.soft, font: "10.5px sans-serif",
        verticalAlign: "middle",
      },
    });
    return { type: "group", children };
  }

  function nameAxis(rows, narrow, width, label, height) {
    const c = colours();
    return axis({
      type: "category", data: rows.map((row) => row.name), inverse: true, axisTick: { show: false },
      axisLabel: {
        color: c.ink, fontSize: 12, overflow: "truncate", interval: 0, hideOverlap: false, inside: narrow,
        width: narrow ? width - 40 : label - 14,
        verticalAlign: narrow ? "bottom" : "middle", padding: narrow ? [0, 0, height / 2 - 3, -5] : 0,
      },
      z: 5,
    });
  }

  /**
   * The chart. rows: [{ name, cells: [{ lane, colour, value, low, high, tick, text, lines }] }]; what:
   * label for those who don't see it, name of the x axis, log, bars, reference (a line at that value).
   */
  bench.rows = (rows, what) => (width) => {
    const c = colours();
    const option = base(what.label);
    const shown = rows
      .map((row) => ({
        ...row, cells: row.cells.filter((cell) => known(cell.value) && (!what.log || cell.value > 0)),
      }))
      .filter((row) => row.cells.length > 0);
    const flat = shown.flatMap((row, index) => row.cells.map((cell) => ({ ...cell, index, row })));
    if (flat.length === 0) {
      option.title = { text: "No run has this combination.", textStyle: { color: c.soft, fontSize: 13 } };
      return { height: 40, option };
    }
    const bars = what.bars && !what.log;
    const lanes = 1 + Math.max(...flat.map((cell) => cell.lane));
    const narrow = width < 560;
    const label = Math.min(240, 16 + 6.8 * Math.max(...shown.map((row) => row.name.length)));
    const laneHeight = lanes * LANE;
    const border = limits(flat, what.log);
    const ends = flat.map((cell) => clipped(cell, border));
    const { formatter, ...extent } = what.log ? logAxis(ends) : { formatter: bench.tick };
    const height = 62 + shown.length * (laneHeight + GAP + (narrow ? 22 : 0));
    option.grid = { left: narrow ? 6 : label, right: 62, top: 8, bottom: 50 };
    option.xAxis = axis({
      type: what.log ? "log" : "value", name: what.axis, nameLocation: "middle", nameGap: 28,
      scale: !bars, ...extent, splitNumber: narrow ? 3 : 6,
      axisLabel: { color: c.soft, fontSize: 11, hideOverlap: true, formatter },
    });
    option.yAxis = nameAxis(shown, narrow, width, label, laneHeight);
    option.series = [{
      type: "custom",
      encode: { x: [0, 2, 3], y: 1 },
      data: flat.map((cell, i) => [cell.value, cell.index, ends[i].low, ends[i].high]),
      renderItem: (params, api) => {
        const i = params.dataIndex;
        const place = (value) => {
          const [x, y] = api.coord([value, flat[i].index]);
          return [x, y + (narrow ? 9 : 0)];
        };
        return shape(flat[i], ends[i], bars, lanes, c, place);
      },
      markLine: what.reference === undefined ? undefined : {
        silent: true, symbol: "none", label: { show: false }, animation: false,
        data: [{ xAxis: what.reference }], lineStyle: { color: c.ink, type: "dashed", width: 1 },
      },
    }];
    Object.assign(option.tooltip, {
      trigger: "item",
      formatter: ({ dataIndex }) => {
        const cell = flat[dataIndex];
        return tip(cell.row.name, cell.lines.map((text) => ({ text })));
      },
    });
    return { height, option };
  };
})();
