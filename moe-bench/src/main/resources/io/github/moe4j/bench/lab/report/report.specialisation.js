// Which expert each domain went to: one heat map a model, its rows in as many blocks as fit.
(() => {
  const { known, make, colours, base, axis, tip } = page;
  const result = page.data;
  const { models } = result;

  const shares = moeShares();
  const largest = shares.flatMap((entry) => entry.columns.flat())
    .reduce((most, share) => (share > most ? share : most), 0.01);

  function moeShares() {
    return models.filter((model) => model.expertUse).map((model) => ({
      model,
      columns: result.domains.map((_, d) => model.expertUse.expertByDomain.map((row) => row[d])),
    }));
  }

  /** Bits that knowing the domain tells about the expert, all domains weighing the same. */
  function specialisation(columns) {
    const seen = columns.filter((column) => column.every(known));
    if (seen.length === 0) return null;
    const entropy = (p) => p.reduce((sum, v) => (v > 0 ? sum - v * Math.log2(v) : sum), 0);
    const mean = seen[0].map((_, e) => seen.reduce((sum, col) => sum + col[e], 0) / seen.length);
    const within = seen.reduce((sum, column) => sum + entropy(column), 0) / seen.length;
    return Math.max(0, entropy(mean) - within);
  }

  /** Domains below a heading for the expert they favour, the most decided first. */
  function groups(columns) {
    const byExpert = new Map();
    columns.forEach((column, d) => {
      const most = column.every(known) ? Math.max(...column) : NaN;
      const expert = Number.isNaN(most) ? -1 : column.indexOf(most);
      if (!byExpert.has(expert)) byExpert.set(expert, []);
      byExpert.get(expert).push({ domain: d, share: most });
    });
    return [...byExpert.keys()].sort((a, b) => (a < 0) - (b < 0) || a - b).map((expert) => ({
      title: `${expert < 0 ? "not seen" : `expert ${expert}`} · ${byExpert.get(expert).length}`,
      domains: byExpert.get(expert).sort((a, b) => b.share - a.share).map((entry) => entry.domain),
    }));
  }

  /** Rows for each block of the page; no heading is the last row of a block. */
  function blocksOf(columns, count) {
    const rows = groups(columns).flatMap((group) => [{ title: group.title },
      ...group.domains.map((domain) => ({ domain, title: result.domains[domain] }))]);
    const perBlock = Math.ceil(rows.length / count) + 1;
    const blocks = [[]];
    rows.forEach((row, i) => {
      const block = blocks[blocks.length - 1];
      const heading = row.domain === undefined;
      const full = block.length >= perBlock || (heading && block.length >= perBlock - 1);
      if (full && i > 0) blocks.push([row]);
      else block.push(row);
    });
    return blocks;
  }

  const ROW = 15;
  const heat = ({ model, columns }) => (width) => {
    const c = colours();
    const experts = model.expertUse.experts;
    const longest = Math.max(...result.domains.map((name) => name.length));
    const label = Math.min(170, 16 + 6.2 * longest);
    const gap = 28;
    const cell = 15;
    const count = Math.max(1, Math.min(4, Math.floor((width + gap) / (label + gap + experts * cell))));
    const blocks = blocksOf(columns, count);
    const blockWidth = (width - gap * (count - 1)) / count;
    const option = base(`Share of each ${result.domainKind} that went to each expert of ${model.name}`);
    Object.assign(option, { grid: [], xAxis: [], yAxis: [], series: [] });
    option.visualMap = {
      show: false, min: 0, max: largest, inRange: { color: c.heat }, dimension: 2,
    };
    blocks.forEach((rows, b) => {
      option.grid.push({
        left: b * (blockWidth + gap) + label, width: blockWidth - label, top: 22,
        height: rows.length * ROW,
      });
      option.xAxis.push(axis({
        type: "category", gridIndex: b, position: "top", axisLine: { show: false },
        data: Array.from({ length: experts }, (_, e) => String(e)), axisTick: { show: false },
        axisLabel: { color: c.soft, fontSize: 11, margin: 5, hideOverlap: true },
      }));
      option.yAxis.push(axis({
        type: "category", gridIndex: b, inverse: true, axisLine: { show: false },
        axisTick: { show: false },
        data: rows.map((row, r) => ({
          value: String(r),
          textStyle: row.domain === undefined
            ? { color: c.ink, fontWeight: 650, align: "left" } : { color: c.ink, align: "left" },
        })),
        axisLabel: {
          interval: 0, fontSize: 11, margin: label - 2, width: label - 10, overflow: "truncate",
          formatter: (value) => rows[Number(value)].title,
        },
      }));
      option.series.push({
        type: "heatmap", xAxisIndex: b, yAxisIndex: b,
        data: rows.flatMap((row, r) => row.domain === undefined ? []
          : columns[row.domain].map((share, e) => [e, r, known(share) ? share : "-"])),
        itemStyle: { borderColor: c.paper, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: c.ink, borderWidth: 1.5 } },
      });
    });
    option.tooltip.formatter = (point) => {
      const [expert, row, share] = point.value;
      const name = blocks[point.seriesIndex][row].title;
      return tip(name, [{ text: known(share) ? `expert ${expert}: ${page.percent(share)}` : "not seen" }]);
    };
    return { height: 26 + ROW * Math.max(...blocks.map((rows) => rows.length)), option };
  };

  page.painters.push(() => {
    const scale = document.getElementById("scale");
    scale.replaceChildren();
    make("span", "0 %", scale);
    make("span", null, scale).style.background =
      `linear-gradient(to right, ${colours().heat.join(", ")})`;
    make("span", `${page.percent(largest, 0)} of a ${result.domainKind}’s assignments`, scale);
  });

  function fillSpecialisation() {
    document.getElementById("specialisation-text").textContent =
      `Which expert each ${result.domainKind} went to on held-out text. Columns are experts, rows are` +
      ` ${result.domainKind}s, gathered below the expert that they favour; the number after an expert` +
      " counts them. The bits say how much the " + result.domainKind + " tells about the expert: 0 if" +
      " every expert serves all alike.";
    for (const entry of shares) {
      const figure = make("figure", null, document.getElementById("specialisation-charts"), "heat");
      make("h3", entry.model.name, figure);
      const bits = specialisation(entry.columns);
      const most = Math.log2(entry.model.expertUse.experts).toFixed(2);
      make("figcaption", bits === null ? "not measured"
        : `Specialisation: ${bits.toFixed(2)} bits of at most ${most}`, figure);
      page.add(make("div", null, figure, "chart"), heat(entry));
    }
  }

  fillSpecialisation();
})();
