// Times of systems: a chart for each shape and pass, all ratios in one chart, and a table.
(() => {
  const { byId, known, make } = page;
  const { peers } = page.data;
  const several = peers.length > 1;
  const all = peers.flatMap(({ file, times }) => times.map((time) => ({ ...time, file })));
  const systems = [...new Set(all.map((time) => time.system))];
  const isOwn = (time) => time.system === time.comparedWith;
  const percent = (value) => `${value.toFixed(0)} %`;
  const caseOf = (time) =>
    `${time.shape}, ${time.pass}${several ? `, ${bench.fileName(time.file)}` : ""}`;

  function lines(time) {
    const some = [`median ${bench.number(time.median)} ms`];
    if (known(time.min)) some.push(`shortest ${bench.number(time.min)} ms`);
    if (known(time.spread)) some.push(`spread ${percent(time.spread)}`);
    if (known(time.gflops)) some.push(`${bench.number(time.gflops)} GFLOP/s`);
    if (known(time.ideal)) some.push(`${percent(time.ideal)} of the ideal`);
    if (known(time.ratio) && !isOwn(time)) some.push(`${time.ratio.toFixed(2)} times ${time.comparedWith}`);
    return some;
  }

  function timeCell(time) {
    const half = known(time.spread) ? (time.median * time.spread) / 200 : NaN;
    const ratio = known(time.ratio) && !isOwn(time) ? ` (${time.ratio.toFixed(2)})` : "";
    return {
      lane: 0, colour: systems.indexOf(time.system),
      value: time.median, low: time.median - half, high: time.median + half, tick: time.min, text: bench.number(time.median) + ratio, lines: lines(time),
    };
  }

  function fillTimes() {
    const section = bench.section("peers", "Comparison of systems");
    make("p", "Milliseconds per pass, less is better. Bars end at the median of all rounds, the thin line is as"
      + " long as the interquartile range, the dark stroke is the shortest sample. In brackets the ratio to this"
      + " library with the same weights.", section);
    const charts = make("div", null, section, "small-multiples");
    for (const name of new Set(all.map(caseOf))) {
      const times = all.filter((time) => caseOf(time) === name);
      const figure = make("figure", null, charts);
      make("h3", name, figure, "names");
      const rows = times.map((time) => ({ name: time.system, cells: [timeCell(time)] }));
      page.add(make("div", null, figure, "chart"),
        bench.rows(rows, { label: `Milliseconds of each system, ${name}`, axis: "ms", log: false, bars: true }));
    }
    return section;
  }

  function fillRatios() {
    const compared = all.filter((time) => !isOwn(time) && known(time.ratio));
    if (compared.length === 0) return;
    const section = byId("ratios");
    section.hidden = false;
    const names = [...new Set(compared.map((time) => time.system))];
    const legend = make("div", null, null, "legend names");
    byId("ratio-chart").before(legend);
    bench.fillLegend(legend, names.map((name) => [systems.indexOf(name), name]));
    const rows = [...new Set(compared.map(caseOf))].map((name) => ({
      name,
      cells: compared.filter((time) => caseOf(time) === name).map((time) => ({
        lane: names.indexOf(time.system), colour: systems.indexOf(time.system), value: time.ratio,
        text: time.ratio.toFixed(2), lines: [time.system, ...lines(time)],
      })),
    }));
    const values = compared.map((time) => time.ratio).filter((ratio) => ratio > 0);
    page.add(byId("ratio-chart"), bench.rows(rows, {
      label: "Time of each system over that of this library", axis: "ratio, above 1 this library is faster",
      log: Math.max(...values) > 4 * Math.min(...values), bars: false, reference: 1,
    }));
  }

  function fillTable(section) {
    const table = bench.table(section, "All times of the systems");
    const columns = [
      { head: "shape", of: (t) => t.shape },
      { head: "pass", of: (t) => t.pass },
      { head: "file", of: (t) => bench.fileName(t.file) },
      { head: "system", of: (t) => t.system },
      { head: "median ms", of: (t) => t.median, write: bench.number },
      { head: "shortest ms", of: (t) => t.min, write: bench.number },
      { head: "spread %", of: (t) => t.spread, write: (v) => v.toFixed(0) },
      { head: "GFLOP/s", of: (t) => t.gflops, write: bench.number },
      { head: "of the ideal %", of: (t) => t.ideal, write: (v) => v.toFixed(0) },
      { head: "ratio", of: (t) => t.ratio, write: (v) => v.toFixed(2) },
    ];
    const shown = columns.filter((column) => column.head !== "file" || several)
      .filter((column) => !column.write || all.some((time) => known(column.of(time))));
    page.fillTable(table, all, shown);
  }

  if (all.length > 0) {
    const section = fillTimes();
    section.after(byId("ratios"));
    fillTable(section);
    fillRatios();
  }
})();
