// A section for each class of benchmarks: choices, chart, table.
(() => {
  const { known, make } = page;
  const { groups } = page.data;
  const MODES = { avgt: "average time", thrpt: "throughput", sample: "sampled times", ss: "single shots" };

  const or = (value, other) => (known(value) ? value : other);

  /** What a chart can show: value, ends, and how a number is written. */
  function measuresOf(group) {
    const unit = bench.unit(group.unit);
    const better = group.higherIsBetter ? "more is better" : "less is better";
    const first = bench.fileName(group.figures[0].file);
    const measures = [
      {
        name: "median of the iterations", axis: `${unit}, ${better}`, bars: true,
        text: "Dots are medians of the iterations, lines go from the smallest to the largest.",
        of: (f) => or(f.spread.median, f.score),
        ends: (f) => (known(f.spread.min) ? [f.spread.min, f.spread.max] : [f.score - f.error, f.score + f.error]),
      },
      {
        name: "mean with error", axis: `${unit}, ${better}`, bars: true,
        text: "Dots are means, lines JMH’s confidence intervals of 99.9 %, wide for few iterations.",
        of: (f) => f.score,
        ends: (f) => [f.score - f.error, f.score + f.error],
      },
      {
        name: "garbage per call", cost: true, axis: "bytes per call, less is better", bars: true,
        text: "Java heap allocation per call, of all threads.",
        of: (f) => f.garbage,
        ends: () => [],
      },
      {
        name: `ratio to ${first}`, axis: `score over that of ${first}`, reference: 1,
        text: `Scores over those of ${first}; ${group.higherIsBetter ? "above" : "below"} 1 is better.`
          + " Lines are the combined error of both or, if unknown, the range of the iterations.",
        of: (f) => f.ratio && f.ratio.value,
        ends: (f) => bench.interval(f.ratio),
      },
    ];
    const there = measures.filter((measure) => group.figures.some((f) => known(measure.of(f))));
    return there.length > 0 ? there : [measures[1]];
  }

  function tipLines(group, f, heading) {
    const unit = bench.unit(group.unit);
    const lines = heading ? [heading] : [];
    lines.push(`mean ${known(f.error) ? bench.plusMinus(f.score, f.error) : bench.number(f.score)} ${unit}`);
    if (f.uncertain) lines.push(`${bench.WARNING} error ${known(f.error) ? "above 10 % of the mean" : "unknown"}`);
    if (known(f.spread.median)) {
      const count = f.spread.iterations ? ` of ${page.plural(f.spread.iterations, "iteration")}` : "";
      lines.push(`median${count} ${bench.number(f.spread.median)}, `
        + `${bench.number(f.spread.min)} to ${bench.number(f.spread.max)}`);
    }
    if (known(f.garbage)) lines.push(`garbage ${bench.number(f.garbage)} bytes`);
    if (f.ratio) {
      const error = known(f.ratio.error) ? ` ± ${bench.number(f.ratio.error)}` : "";
      lines.push(`ratio ${bench.number(f.ratio.value)}${error}: ${bench.verdict(group, f.ratio)}`);
    }
    return lines;
  }

  function rowsOf(group, dimensions, choice) {
    const lanes = choice.lanes ? choice.lanes.values : [null];
    const rows = choice.rows.values.map((rowValue) => {
      const cells = lanes.flatMap((lane, index) => {
        const f = bench.figureAt(group, dimensions, choice, rowValue, lane);
        if (!f || !known(choice.measure.of(f))) return [];
        const [low, high] = choice.measure.ends(f);
        const value = choice.measure.of(f);
        const heading = choice.lanes ? `${choice.lanes.name} ${bench.valueName(choice.lanes, lane)}` : null;
        const lines = tipLines(group, f, heading);
        return [{ lane: index, colour: index, value, low, high, text: bench.marked(bench.number(value), f), lines }];
      });
      return { name: bench.valueName(choice.rows, rowValue), cells };
    });
    closeUp(rows);
    return choice.sorted ? sorted(rows, group.higherIsBetter && !choice.measure.cost ? -1 : 1) : rows;
  }

  /** Lanes without any figure take no room. */
  function closeUp(rows) {
    const cells = rows.flatMap((row) => row.cells);
    const used = [...new Set(cells.map((cell) => cell.lane))].sort((a, b) => a - b);
    for (const cell of cells) cell.lane = used.indexOf(cell.lane);
  }

  /** By the first lane; rows that are not in it come after the others, by the next one. */
  function sorted(rows, sign) {
    return rows.filter((row) => row.cells.length > 0).sort((a, b) =>
      a.cells[0].lane - b.cells[0].lane || sign * (a.cells[0].value - b.cells[0].value));
  }

  /** Whether figures differ so much that a linear scale hides the small ones. */
  function wide(rows) {
    const values = rows.flatMap((row) => row.cells.map((cell) => cell.value)).filter((value) => value > 0);
    return values.length > 1 && Math.max(...values) > 30 * Math.min(...values);
  }

  function fillControls(parent, dimensions, measures, choice, changed) {
    const names = (list) => list.map((d) => [d, d.name]);
    const set = (change) => (value) => {
      change(value);
      changed();
    };
    parent.replaceChildren();
    if (measures.length > 1) {
      bench.select(parent, "show", measures.map((m) => [m, m.name]), choice.measure, set((m) => (choice.measure = m)));
    }
    if (dimensions.length > 1) {
      bench.select(parent, "a row for each", names(dimensions), choice.rows, set((d) => {
        if (choice.lanes === d) choice.lanes = choice.rows;
        choice.rows = d;
      }));
      const others = dimensions.filter((d) => d !== choice.rows);
      bench.select(parent, "side by side", [[null, "nothing"], ...names(others)], choice.lanes,
        set((d) => (choice.lanes = d)));
    }
    for (const d of bench.heldBy(dimensions, choice)) {
      bench.select(parent, d.name, d.values.map((value) => [value, bench.valueName(d, value)]), choice.fixed.get(d),
        set((value) => choice.fixed.set(d, value)));
    }
    bench.select(parent, "order", [[true, "by figure"], [false, "of the file"]], choice.sorted,
      set((v) => (choice.sorted = v)));
    bench.select(parent, "scale", [[false, "linear"], [true, "logarithmic"]], choice.log,
      set((v) => (choice.log = v)));
  }

  /** Colour and name of each lane that has figures. */
  function namesOf(lanes, rows) {
    if (!lanes) return [];
    const used = new Set(rows.flatMap((row) => row.cells.map((cell) => cell.colour)));
    const prefix = lanes.kind === "param" ? `${lanes.name} ` : "";
    const nameOf = (value) => (value === bench.NONE ? bench.valueName(lanes, value) : prefix + value);
    return lanes.values.map((value, i) => [i, nameOf(value)]).filter(([i]) => used.has(i));
  }

  function caption(group, constants, choice, held) {
    const fixed = [...held.map((d) => [d.name, choice.fixed.get(d)]), ...constants.map((d) => [d.name, d.values[0]])];
    const list = fixed.map(([name, value]) => `${name} = ${value}`).join(", ");
    return choice.measure.text + (list ? ` Fixed: ${list}.` : "");
  }

  groups.forEach((group, index) => {
    const name = group.benchmark.slice(group.benchmark.lastIndexOf(".") + 1) || group.figures[0].method;
    const twice = groups.filter((other) => other.benchmark === group.benchmark).length > 1;
    const mode = MODES[group.mode] || group.mode;
    const section = bench.section(`benchmark-${index + 1}`, twice ? `${name}, ${mode}` : name);
    const { varying, constants } = bench.dimensionsOf(group);
    const only = varying.some((d) => d.kind === "method") ? "" : `.${group.figures[0].method}`;
    const what = [group.benchmark + only, mode, bench.unit(group.unit)].filter(Boolean).join(", ");
    make("p", what, section, "caption names");
    const measures = measuresOf(group);
    const choice = { ...bench.firstChoice(varying), measure: measures[0], sorted: true, log: false };
    choice.log = wide(rowsOf(group, varying, choice));
    const controls = make("div", null, section, "controls");
    const legend = make("div", null, section, "legend names");
    const figure = make("figure", null, section);
    const text = make("figcaption", null, figure);
    const chart = make("div", null, figure, "chart");

    function changed() {
      const active = [...controls.querySelectorAll("select")].indexOf(document.activeElement);
      fillControls(controls, varying, measures, choice, () => {
        changed();
        page.drawAll(true);
      });
      if (active >= 0) {
        controls.querySelectorAll("select")[Math.min(active, controls.children.length - 1)].focus();
      }
      bench.fillLegend(legend, namesOf(choice.lanes, rowsOf(group, varying, choice)));
      text.textContent = caption(group, constants, choice, bench.heldBy(varying, choice));
    }

    changed();
    page.add(chart, (width) => bench.rows(rowsOf(group, varying, choice), {
      label: `${choice.measure.name} of ${name} by ${choice.rows.name}`,
      axis: choice.measure.axis, log: choice.log, bars: choice.measure.bars, reference: choice.measure.reference,
    })(width));
    bench.fillTable(section, group, varying);
  });
})();
