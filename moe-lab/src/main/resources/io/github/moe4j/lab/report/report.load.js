// What share of the load each expert had over the training steps: bands from expert 0 upwards.
(() => {
  const { byId, known, make, colours, base, axis, stepAxis, tip } = page;

  /** The colour of a band: experts are in order, so their colours are too. */
  function bandColour(expert, experts) {
    const stops = colours().bands;
    const at = experts === 1 ? 0 : (expert / (experts - 1)) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return echarts.color.lerp(at - low, [stops[low], stops[low + 1]]);
  }

  const load = (model) => () => {
    const c = colours();
    const { experts, load: points } = model.expertUse;
    const option = base(`Share of each expert of ${model.name} over the training steps`);
    option.grid = { left: 44, right: 16, top: 8, bottom: 42 };
    // Bands stack along a category axis only; the points are evenly spaced anyway.
    const every = Math.max(1, Math.ceil(points.length / 5));
    option.xAxis = stepAxis({
      type: "category", boundaryGap: false, data: points.map((point) => page.whole(point.step)),
      axisLabel: {
        color: c.soft, fontSize: 11, interval: (i) => (points.length - 1 - i) % every === 0,
      },
      axisTick: { show: false },
    });
    option.yAxis = axis({
      type: "value", min: 0, max: 1, interval: 0.5, splitLine: { show: false },
      axisLabel: { color: c.soft, fontSize: 11, formatter: (v) => `${100 * v} %` },
    });
    const few = experts <= 16;
    const even = few
      ? Array.from({ length: experts - 1 }, (_, i) => ({ yAxis: (i + 1) / experts })) : [];
    option.series = Array.from({ length: experts }, (_, expert) => ({
      type: "line",
      name: `expert ${expert}`,
      stack: "load",
      data: points.map((point) => point.shares[expert]),
      showSymbol: false,
      silent: true,
      color: bandColour(expert, experts),
      lineStyle: { width: few ? 0.75 : 0.25, color: c.paper },
      areaStyle: { color: bandColour(expert, experts), opacity: 1 },
      emphasis: { disabled: true },
      markLine: expert + 1 < experts ? undefined : {
        silent: true, symbol: "none", label: { show: false }, animation: false, data: even,
        lineStyle: { color: c.ink, type: [3, 4], width: 1, opacity: 0.6 },
      },
    }));
    Object.assign(option.tooltip, {
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: c.ink } },
      formatter: (shown) => {
        const most = [...shown].filter((p) => known(p.value)).reverse();
        const rest = most.length > 16;
        const lines = (rest ? most.sort((a, b) => b.value - a.value).slice(0, 16) : most)
          .map((p) => ({ colour: p.color, text: `${p.seriesName}: ${page.percent(p.value)}` }));
        if (rest) lines.push({ text: "and fewer for the others" });
        return tip(`step ${shown[0].axisValue}`, lines);
      },
    });
    return { height: models.length > 6 ? 170 : 220, option };
  };

  const measured = (run) => run.expertUse && run.expertUse.load.length > 0;
  const models = page.lab.models
    .map(({ name, runs }) => ({ name, runs: runs.filter(measured) }))
    .filter(({ runs }) => runs.length > 0);
  const seeds = [...new Set(models.flatMap(({ runs }) => runs.map((run) => run.seed)))];
  let seed = seeds[0];

  /** The run with the chosen seed, or the model's first. */
  const shown = ({ runs }) => runs.find((run) => run.seed === seed) || runs[0];

  const headings = models.map((model) => {
    const figure = make("figure", null, byId("load-charts"));
    const heading = make("h3", null, figure);
    page.add(make("div", null, figure, "chart"), (width) => load(shown(model))(width));
    return () => {
      const run = shown(model);
      heading.textContent = seeds.length > 1 ? `${model.name}, seed ${run.seed}` : model.name;
    };
  });

  page.lab.addSeeds(byId("load-seed"), seeds, (chosen) => {
    seed = chosen;
    headings.forEach((write) => write());
    page.drawAll(true);
  });
  headings.forEach((write) => write());
})();
