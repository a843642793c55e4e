// How long a training step takes, by stage; the mean over the seeds.
(() => {
  const { known, colours, base, axis, tip } = page;
  const { models, mean } = page.lab;

  const STAGES = ["route", "dispatch", "experts", "combine", "other"];

  const measured = (run) => known(run.stages.other) && known(run.tokensPerSecond);
  const timed = models.map(({ name, runs }) => ({ name, runs: runs.filter(measured) }))
    .filter(({ runs }) => runs.length > 0);
  const milliseconds = (model, stage) =>
    mean(model.runs.map((run) => (1e6 * run.stages[stage]) / run.tokensPerSecond));
  const share = (model, stage) =>
    milliseconds(model, stage) / STAGES.reduce((sum, other) => sum + milliseconds(model, other), 0);

  const time = (width) => {
    const c = colours();
    const option = base("Milliseconds of training per 1,000 tokens, by stage, of each model");
    const names = timed.map((model) => model.name);
    const narrow = width < 560;
    const label = narrow ? 0 : Math.min(220, 14 + 6.8 * Math.max(...names.map((n) => n.length)));
    option.grid = { left: narrow ? 4 : label, right: 24, top: narrow ? 62 : 36, bottom: 44 };
    option.legend = {
      left: 0, right: 56, top: 0, itemWidth: 12, itemHeight: 12, itemGap: 14,
      textStyle: { color: c.ink, fontSize: 12 }, inactiveColor: c.line,
    };
    option.xAxis = axis({ type: "value", name: "ms per 1,000 tokens", nameLocation: "middle", nameGap: 26 });
    option.yAxis = axis({
      type: "category", data: names, inverse: true, axisTick: { show: false },
      axisLabel: {
        color: c.ink, fontSize: 12, overflow: "truncate", inside: narrow,
        width: narrow ? width - 30 : label - 12,
        verticalAlign: narrow ? "bottom" : "middle", padding: narrow ? [0, 0, 12, -5] : 0,
      },
      z: 5,
    });
    option.series = STAGES.map((stage, i) => ({
      type: "bar", stack: "time", name: stage, barWidth: narrow ? 16 : 20,
      itemStyle: { color: c.stages[i], borderColor: c.paper, borderWidth: 0.5 },
      emphasis: { disabled: true },
      data: timed.map((model) => milliseconds(model, stage)),
    }));
    Object.assign(option.tooltip, {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (bars) => {
        const model = timed[bars[0].dataIndex];
        return tip(model.name, bars.filter((bar) => bar.value > 0).map((bar) => ({
          colour: bar.color,
          text: `${bar.seriesName}: ${bar.value.toFixed(2)} ms, ${page.percent(share(model, bar.seriesName))}`,
        })));
      },
    });
    return { height: (narrow ? 110 : 84) + timed.length * (narrow ? 46 : 36), option };
  };

  if (timed.length > 0) page.add(document.getElementById("time-chart"), time);
})();
