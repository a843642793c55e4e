// Quality against speed: a dot a model, a small dot a seed, and the line of those that no other model
// beats at both.
(() => {
  const { known, colours, base, axis, tip } = page;
  const { models, mean, placeLabels } = page.lab;

  const loss = (run) => run.validationLoss;
  const speed = (run) => run.tokensPerSecond;
  const there = (run) => known(loss(run)) && known(speed(run));
  const dots = models.map((model) => ({ model, runs: model.runs.filter(there) }))
    .filter(({ runs }) => runs.length > 0)
    .map(({ model, runs }) => ({ model, runs, x: mean(runs.map(speed)), y: mean(runs.map(loss)) }));
  if (dots.length === 0) return;

  /** Round ends and steps of an axis that has all values well inside. */
  function range(values, parts) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const span = high - low || Math.abs(high) * 0.1 || 1;
    const rough = (1.24 * span) / parts;
    const power = 10 ** Math.floor(Math.log10(rough));
    const interval = power * [1, 2, 5, 10].find((times) => times * power >= rough);
    const round = (value) => Number(value.toPrecision(10));
    return {
      min: round(Math.max(low < 0 ? -Infinity : 0, Math.floor((low - 0.12 * span) / interval) * interval)),
      max: round(Math.ceil((high + 0.12 * span) / interval) * interval),
      interval: round(interval),
    };
  }

  /** Models that none beats at both, the slowest first. */
  const front = dots.filter((dot) => !dots.some((other) => other !== dot &&
      other.x >= dot.x && other.y <= dot.y && (other.x > dot.x || other.y < dot.y)))
    .sort((a, b) => a.x - b.x);

  /** Many points of the line through the front, in the order that at() knows. */
  const along = front.slice(1).flatMap((end, i) => Array.from({ length: 60 }, (_, part) => ({
    x: front[i].x + ((end.x - front[i].x) * part) / 60,
    y: front[i].y + ((end.y - front[i].y) * part) / 60,
  })));

  const short = (name, most) => (name.length <= most ? name : `${name.slice(0, most - 1)}…`);

  /** The labels as drawings, each with a line to its dot if that is some way off. */
  function labels(placed, c, font) {
    return placed.flatMap(({ dot, box }) => {
      if (!box) return [];
      const text = {
        type: "text", silent: true, z: 20, x: box.left + 2, y: (box.top + box.bottom) / 2,
        style: { text: dot.text, fill: c.ink, font, textVerticalAlign: "middle" },
      };
      if (box.far < 25) return [text];
      const x2 = Math.max(box.left, Math.min(dot.x, box.right));
      const y2 = dot.y < box.top ? box.top : dot.y > box.bottom ? box.bottom : (box.top + box.bottom) / 2;
      const line = {
        type: "line", silent: true, z: 1, shape: { x1: dot.x, y1: dot.y, x2, y2 },
        style: { stroke: c.soft, lineWidth: 0.75 },
      };
      return [line, text];
    });
  }

  const pareto = (width) => {
    const c = colours();
    const height = width < 560 ? 460 : 440;
    const frame = { left: 52, right: width - 30, top: 30, bottom: height - 46 };
    const runs = dots.flatMap((dot) => dot.runs);
    const x = range(runs.map(speed), width < 560 ? 4 : 8);
    const y = range(runs.map(loss), 6);
    const at = (tokens, value) => ({
      x: frame.left + ((tokens - x.min) / (x.max - x.min)) * (frame.right - frame.left),
      y: frame.bottom - ((value - y.min) / (y.max - y.min)) * (frame.bottom - frame.top),
    });
    const font = `12px ${page.FONT}`;
    const seeds = dots.filter((dot) => dot.runs.length > 1)
      .flatMap((dot) => dot.runs.map((run) => ({ dot, run })));
    const named = dots.map((dot) =>
      ({ ...at(dot.x, dot.y), text: short(dot.model.name, width < 560 ? 20 : 40) }));
    const small = [...seeds.map(({ run }) => at(speed(run), loss(run))),
      ...along.map((point) => at(point.x, point.y))];
    const boxes = placeLabels(named, small, frame, font);
    const option = base(`${page.data.loss} against tokens per second of each model`);
    option.grid = {
      left: frame.left, right: width - frame.right, top: frame.top, bottom: height - frame.bottom,
    };
    option.xAxis = axis({
      type: "value", name: "tokens per second", nameLocation: "middle", nameGap: 28, ...x,
    });
    option.yAxis = axis({
      type: "value", name: page.data.loss, ...y,
      nameTextStyle: { color: c.soft, fontSize: 11, align: "left", padding: [0, 0, 0, -46] },
    });
    const color = (dot) => page.modelStyle(dot.model.index).color;
    /** Hollow where the swatch is, too: there are more models than colours. */
    const look = (model) => {
      const { color: own, dash } = page.modelStyle(model.index);
      return dash === "solid" ? { color: own, borderColor: c.paper, borderWidth: 1, opacity: 1 }
        : { color: c.paper, borderColor: own, borderWidth: 2, opacity: 1 };
    };
    option.series = [
      {
        type: "line", data: front.map((dot) => [dot.x, dot.y]), symbol: "none", silent: true, z: 2,
        lineStyle: { color: c.soft, width: 1.5, type: "dashed" },
      },
      {
        type: "scatter", symbolSize: 5, silent: true, z: 3,
        data: seeds.map(({ dot, run }) =>
          ({ value: [speed(run), loss(run)], itemStyle: { color: color(dot), opacity: 0.6 } })),
      },
      {
        type: "scatter", symbolSize: 12, z: 4,
        data: dots.map((dot) => ({
          value: [dot.x, dot.y], itemStyle: look(dot.model),
        })),
      },
    ];
    option.graphic = labels(named.map((dot, i) => ({ dot, box: boxes[i] })), c, font);
    option.tooltip.formatter = ({ dataIndex }) => {
      const dot = dots[dataIndex];
      return tip(dot.model.name, [
        { colour: color(dot), text: `${dot.y.toFixed(4)} ${page.data.loss}` },
        { text: `${page.whole(dot.x)} tokens per second` },
      ]);
    };
    return { height, option };
  };

  page.add(document.getElementById("pareto-chart"), pareto);
})();
