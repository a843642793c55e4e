// Line charts over the training steps, all models in one: the mean over seeds as a thick line, and
// maybe every seed as a thin one of the same colour.
(() => {
  const { colours, base, axis, stepAxis, tip } = page;
  const { models, line, meanLine, hidden } = page.lab;

  function series(model, kind, data, extra) {
    const { color, dash } = page.modelStyle(model.index);
    return {
      type: "line",
      id: `${kind} ${model.index} ${extra.run ?? ""}`,
      name: model.name,
      data,
      showSymbol: data.length === 1,
      itemStyle: { color },
      lineStyle: { color, type: dash, width: extra.width, opacity: extra.opacity },
      emphasis: { disabled: true },
      silent: kind !== "mean",
      z: extra.z,
    };
  }

  function linesOf(model, figure) {
    const from = figure.from();
    const pick = (of) => model.runs.map((run) =>
      line(figure.points(run), of).filter(([step]) => step >= from));
    const runs = pick(figure.of);
    const lines = [series(model, "mean", meanLine(runs), { width: 2.25, opacity: 1, z: 4 })];
    if (figure.seeds && runs.length > 1) {
      runs.forEach((data, run) =>
        lines.push(series(model, "seed", data, { run, width: 0.9, opacity: 0.55, z: 3 })));
    }
    const also = figure.also && figure.also();
    if (also) {
      lines.push(series(model, "also", meanLine(pick(also)), { width: 1, opacity: 0.4, z: 2 }));
    }
    return lines;
  }

  /**
   * A view of points(run), of which of(point) is drawn from step from() on; unit names the axis, write
   * writes a value, seeds adds the lines of seeds, also() gives a second figure to draw faintly or
   * null; axis and tick(value) are options of the vertical axis and its labels.
   */
  const lineChart = (figure) => () => {
    const c = colours();
    const option = base(figure.label);
    option.grid = { left: 44, right: 16, top: 30, bottom: 44 };
    option.xAxis = stepAxis({ type: "value", min: figure.from() > 0 ? "dataMin" : 0, max: "dataMax" });
    option.yAxis = axis({
      type: "value", axisLine: { show: false }, axisTick: { show: false }, name: figure.unit,
      nameTextStyle: { color: c.soft, fontSize: 11, align: "left", padding: [0, 0, 0, -38] },
      ...figure.axis,
    });
    if (figure.tick) option.yAxis.axisLabel.formatter = figure.tick;
    option.series = models.filter((model) => !hidden.has(model.index))
      .flatMap((model) => linesOf(model, figure))
      .filter((entry) => entry.data.length > 0);
    Object.assign(option.tooltip, {
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: c.soft } },
      formatter: (points) => {
        const means = points.filter((point) => point.seriesId.startsWith("mean"))
          .sort((a, b) => a.value[1] - b.value[1]);
        return tip(`step ${page.whole(points[0].axisValue)}`, means.map((point) => ({
          colour: point.color, text: `${point.seriesName}: ${figure.write(point.value[1])}`,
        })));
      },
    });
    return { height: figure.height, option };
  };

  page.lab.lineChart = lineChart;
})();
