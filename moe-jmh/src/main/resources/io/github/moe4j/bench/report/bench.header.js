// The head of the page, what the files tell of their machines, and the contents.
(() => {
  const { byId, make } = page;
  const { files, groups, peers, version } = page.data;

  function lede() {
    const figures = groups.reduce((sum, group) => sum + group.figures.length, 0);
    const times = peers.reduce((sum, list) => sum + list.times.length, 0);
    const parts = [];
    if (figures > 0) {
      const classes = groups.length === 1 ? "one benchmark" : `${page.whole(groups.length)} benchmarks`;
      parts.push(`${page.plural(figures, "figure")} of ${classes}, measured by JMH`);
    }
    if (times > 0) parts.push(`${page.plural(times, "time")} of the same layer in several systems`);
    return `${parts.join(", and ")}. Results from different machines, or from a busy machine,`
      + " can differ by more than the errors indicate.";
  }

  /** For each later file: how its figures lie to those of the first. */
  function fillComparisons() {
    files.forEach((file, index) => {
      const pairs = groups.flatMap((group) => group.figures
        .filter((figure) => figure.file === index && figure.ratio && figure.ratio.value > 0)
        .map((figure) => ({ group, figure })));
      if (pairs.length === 0) return;
      const cost = ({ group, figure }) => (group.higherIsBetter ? 1 / figure.ratio.value : figure.ratio.value);
      const mean = Math.exp(pairs.reduce((sum, pair) => sum + Math.log(cost(pair)), 0) / pairs.length);
      const count = (word) =>
        pairs.filter(({ group, figure }) => bench.verdict(group, figure.ratio) === word).length;
      const note = make("p", null, byId("comparisons"), "note names");
      make("strong", file.name, note);
      const first = new Set(pairs.map(({ group }) => bench.fileName(group.figures[0].file)));
      note.append(` against ${[...first].join(", ")}: ${page.plural(pairs.length, "figure")} in both, `
        + `${mean.toFixed(2)} times the time in the geometric mean; beyond error or spread `
        + `${page.whole(count("better"))} better and ${page.whole(count("worse"))} worse.`);
    });
  }

  function fillSettings() {
    const keys = [...new Set(files.flatMap((file) => Object.keys(file.settings)))];
    const head = make("tr", null, byId("settings").tHead);
    make("th", "file", head).scope = "col";
    for (const file of files) make("th", file.name, head).scope = "col";
    for (const key of keys) {
      const values = files.map((file) => file.settings[key]);
      const row = make("tr", null, byId("settings").tBodies[0]);
      const told = values.filter((value) => value !== undefined);
      if (new Set(told).size > 1) row.className = "differs";
      make("th", key, row).scope = "row";
      for (const value of values) make("td", value === undefined ? "–" : value, row);
    }
    const many = files.length > 1 ? " Differences between the files are bold." : "";
    byId("settings-text").textContent = (keys.length > 0
      ? `As written by JMH, which does not record processor and system.${many}`
      : "These files do not describe the machine.");
  }

  byId("kicker").textContent = `moe4j ${version} · ${files.map((file) => file.name).join(", ")}`;
  byId("kicker").classList.add("names");
  byId("lede").textContent = lede();
  fillComparisons();
  fillSettings();
  page.fillContents();
  byId("footer").textContent = `Made by moe4j ${version}, bench-report.`;
})();
