// Which expert each domain went to: a heat map with its rows in as many blocks as fit.
(() => {
  const { known, colours, base, tip } = page;
  const { categories, cells } = page.lab.heat;
  const result = page.data;

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
  const GAP = 28;

  /** The map of one run, whose columns[domain][expert] are shares; most has the darkest colour. */
  function domainMap({ run, columns, most }, width) {
    const c = colours();
    const { experts } = run.expertUse;
    // Headings such as "expert 10 · 12" need room too.
    const longest = Math.max(14, ...result.domains.map((name) => name.length));
    const label = Math.min(170, 16 + 6.2 * longest);
    const fit = Math.floor((width + GAP) / (label + GAP + experts * 15));
    const count = Math.max(1, Math.min(4, fit));
    const blocks = blocksOf(columns, count);
    const blockWidth = (width - GAP * (count - 1)) / count;
    const option = base(`Share of each ${result.domainKind} that went to each expert of ${run.name}`);
    Object.assign(option, { grid: [], xAxis: [], yAxis: [], series: [] });
    option.visualMap = {
      show: false, min: 0, max: most, inRange: { color: c.heat }, dimension: 2,
    };
    blocks.forEach((rows, b) => {
      option.grid.push({
        left: b * (blockWidth + GAP) + label, width: blockWidth - label, top: 22,
        height: rows.length * ROW,
      });
      option.xAxis.push(categories(Array.from({ length: experts }, (_, e) => String(e)),
        { gridIndex: b, position: "top", axisLabel: { hideOverlap: true } }));
      option.yAxis.push(categories(
        rows.map((row, r) => ({
          value: String(r),
          textStyle: { color: c.ink, align: "left", ...(row.domain === undefined && { fontWeight: 650 }) },
        })),
        {
          gridIndex: b, inverse: true,
          axisLabel: {
            interval: 0, margin: label - 2, width: label - 10, overflow: "truncate",
            formatter: (value) => rows[Number(value)].title,
          },
        }));
      option.series.push(cells(
        rows.flatMap((row, r) => row.domain === undefined ? []
          : columns[row.domain].map((share, e) => [e, r, known(share) ? share : "-"])),
        { xAxisIndex: b, yAxisIndex: b }));
    });
    option.tooltip.formatter = (point) => {
      const [expert, row, share] = point.value;
      const name = blocks[point.seriesIndex][row].title;
      return tip(name, [{ text: known(share) ? `expert ${expert}: ${page.percent(share)}` : "not seen" }]);
    };
    return { height: 26 + ROW * Math.max(...blocks.map((rows) => rows.length)), option };
  }

  page.lab.domainMap = domainMap;
})();
