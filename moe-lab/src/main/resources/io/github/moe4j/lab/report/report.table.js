// The comparison: a row a model, and a row a seed below it.
(() => {
  const { byId, make, HIGH, LOW } = page;
  const { models, severalSeeds, mean, deviation, unfinished, signed, interval, excludesZero } = page.lab;
  const { baseline, rows: differences } = page.data.differences;

  // Columns: heading, explanation, figure of a run, how to write it, and which end is better.
  // A deviation is written like the figure unless spread says otherwise.
  const use = (figure) => (run) => (run.expertUse ? figure(run.expertUse) : null);
  const stage = (name) => (run) => (run.expertUse ? run.stages[name] : null);
  const fixed = (digits) => (value) => value.toFixed(digits);
  const percent = (value) => (100 * value).toFixed(1);
  const columns = [
    {
      head: `validation ${page.data.loss}`,
      text: `${page.lab.lossText}. Lower is better.`,
      of: (run) => run.validationLoss, write: fixed(4), better: LOW,
    },
    {
      head: "tokens per second",
      text: "training speed on this machine: forward, backward and update." +
        (page.data.description === null ? " A token is a byte." : ""),
      of: (run) => run.tokensPerSecond, write: page.whole, better: HIGH,
    },
    {
      head: "load CV",
      text: "standard deviation of the experts’ load over its mean. 0 is balanced; √(E−1) is all on one expert.",
      of: use((u) => u.loadCv), write: fixed(2), better: LOW,
    },
    {
      head: "max / mean",
      text: "load of the busiest expert over the mean. 1 is balanced. If experts run in parallel, the busiest one sets the pace.",
      of: use((u) => u.mostLoadedOverMean), write: fixed(2), better: LOW,
    },
    {
      head: "dropped %",
      text: "share of assignments that found their expert full; those tokens skip it. 0 without a capacity limit.",
      of: use((u) => u.droppedShare), write: percent,
    },
    {
      head: "entropy nats",
      text: "how undecided the router is about a token, on average. 0 is sure; ln E is no preference at all. Neither end is good in itself.",
      of: use((u) => u.routingEntropy), write: fixed(2),
    },
    {
      head: "idle experts",
      text: "experts without tokens, of all.",
      of: use((u) => u.expertsWithoutTokens), spread: fixed(1),
      write: (v, run) => `${Number.isInteger(v) ? v : v.toFixed(1)} of ${run.expertUse.experts}`,
    },
    {
      head: "route %",
      text: "share of a training step spent in the router and the capacity rule, backward included.",
      of: stage("route"), write: percent,
    },
    {
      head: "dispatch %",
      text: "share spent planning and copying rows to their experts, backward included.",
      of: stage("dispatch"), write: percent,
    },
    {
      head: "experts %",
      text: "share spent in the experts, shared ones included.",
      of: (run) => run.stages.experts, write: percent,
    },
    {
      head: "combine %",
      text: "share spent summing the experts’ rows by weight.",
      of: stage("combine"), write: percent,
    },
  ];

  const difference = (model) => (differences.find((row) => row.name === model.name) || {}).difference;

  /** Between the model and the first one, seed by seed. */
  const toBaseline = {
    head: `difference to ${baseline}`,
    text: `validation ${page.data.loss} less that of ${baseline}, paired by seed: mean ± sample standard` +
      " deviation, and the 95 % interval of the mean by Student’s t. Bold if it excludes 0. It is of" +
      " each model alone: of twenty without any difference one is bold by chance. One seed gives no" +
      " interval.",
    of: (model) => (difference(model) || {}).mean, write: (value) => signed(value, 4),
    more: (model) => {
      const found = difference(model);
      if (!found || found.seeds === 0) return null;
      const range = interval(found, 4);
      if (range === null) return ["one seed:", "no interval"];
      return [`± ${found.deviation.toFixed(4)}`, range,
        excludesZero(found) ? "excludes 0" : "includes 0"];
    },
    marked: (model) => excludesZero(difference(model) || {}),
  };

  const over = (column) => ({
    ...column,
    of: (model) => mean(model.runs.map(column.of)),
    write: (value, model) => column.write(value, model.first),
    more: (model) => {
      const spread = deviation(model.runs.map(column.of));
      return spread === null ? null : `± ${(column.spread || column.write)(spread)}`;
    },
  });

  const compared = differences.length > 0;

  /** What of a model's training is unfinished, a line each. */
  const open = (runs) => runs.map((run) => [run, unfinished(run)]).filter(([, left]) => left)
    .map(([run, left]) => (severalSeeds ? `unfinished, seed ${run.seed}: ${left}` : `unfinished: ${left}`));

  function fillModels() {
    const name = {
      head: "model", of: (m) => m.name, swatch: (m) => m.index, more: (m) => open(m.runs),
    };
    const seeds = { head: "seeds", of: (m) => m.runs.length, write: page.whole };
    const [bits, ...others] = columns.map(over);
    const all = [name, ...(severalSeeds ? [seeds] : []), bits,
      ...(compared ? [toBaseline] : []), ...others];
    const things = models.map((m) => ({ ...m, unfinished: open(m.runs).length > 0 }));
    page.fillTable(byId("table"), things, all);
  }

  function fillSeeds() {
    byId("seeds").hidden = !severalSeeds;
    byId("seeds-text").hidden = !severalSeeds;
    if (!severalSeeds) return;
    const runs = models.flatMap((model) =>
      model.runs.map((run) => ({ ...run, index: model.index, unfinished: unfinished(run) !== null })));
    const name = {
      head: "model", of: (run) => run.name, swatch: (run) => run.index, more: (run) => open([run]),
    };
    const seed = { head: "seed", of: (run) => run.seed, write: String };
    byId("seeds").open = runs.length <= 16;
    page.fillTable(byId("seeds-table"), runs, [name, seed, ...columns]);
  }

  function fillMeanings() {
    const [bits, ...others] = columns;
    for (const column of [bits, ...(compared ? [toBaseline] : []), ...others]) {
      const item = make("div", null, byId("columns"));
      make("dt", column.head, item);
      item.append(" ");
      make("dd", column.text, item);
    }
  }

  fillModels();
  fillSeeds();
  fillMeanings();
})();
