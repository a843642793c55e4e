// Two results side by side: the settings that differ, and a table for each model.
(() => {
  const { byId, known, make } = page;
  const { interval, signed, excludesZero } = page.lab;
  const { version, comparison, models: runs } = page.data;
  const number = (value, decimals) => value.toLocaleString("en-US",
    { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

  /** Mean ± deviation; the mean alone of one seed. */
  const spread = ({ mean, deviation }, decimals) => (!known(mean) ? "–"
    : known(deviation) ? `${number(mean, decimals)} ± ${number(deviation, decimals)}`
    : number(mean, decimals));

  function change({ mean, deviation }, decimals) {
    if (!known(mean)) return "–";
    return signed(mean, decimals) + (known(deviation) ? ` ± ${number(deviation, decimals)}` : "");
  }

  function fillSettings() {
    const { settings } = comparison;
    byId("settings-text").textContent = settings.length === 0
      ? "A and B have the same options and environment."
      : "Options and environment in which A and B differ; a dash where one has no such setting.";
    byId("settings-table").hidden = settings.length === 0;
    for (const { name, a, b } of settings) {
      const row = make("tr", null, byId("settings-table").tBodies[0]);
      make("th", name, row).scope = "row";
      make("td", a, row);
      make("td", b, row);
    }
  }

  function fillTable({ name, rows }) {
    make("h3", name, byId("tables"));
    const scroller = make("div", null, byId("tables"), "scroller");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", `Differences of ${name}`);
    const table = make("table", null, scroller, "figures compared");
    const head = make("tr", null, make("thead", null, table));
    for (const text of ["figure", "A", "B", "B − A", "95 % interval", "seeds"]) {
      make("th", text, head).scope = "col";
    }
    const body = make("tbody", null, table);
    for (const { name: figure, decimals, a, b, difference } of rows) {
      const sure = excludesZero(difference);
      const row = make("tr", null, body);
      make("th", figure, row).scope = "row";
      make("td", spread(a, decimals), row);
      make("td", spread(b, decimals), row);
      make("td", change(difference, decimals), row, sure ? "best" : null);
      const cell = make("td", interval(difference, decimals) || "–", row);
      if (known(difference.low)) make("small", sure ? "excludes 0" : "includes 0", cell);
      make("td", String(difference.seeds), row);
    }
  }

  function fillUnfinished() {
    if (comparison.unfinished.length === 0) return;
    byId("unfinished").hidden = false;
    make("strong", "Not compared, because unfinished: ", byId("unfinished"));
    byId("unfinished").append(`${comparison.unfinished.join("; ")}.`);
  }

  /** A model has one colour in both runs: A's lines are solid, B's dashed. */
  page.lab.models.forEach((model, i) => {
    const pair = Math.floor(i / 2);
    const colours = page.MODEL_COLOURS;
    model.index = (pair % colours) + colours * (2 * Math.floor(pair / colours) + (i % 2));
  });

  const anyInterval = comparison.models.some(({ rows }) => rows.some((r) => known(r.difference.low)));
  byId("kicker").textContent = `moe4j ${version} · lab compare`;
  byId("differences-text").textContent =
    "Mean over seeds ± sample standard deviation. B − A is paired by seed: the mean over the seeds that A and B" +
    " have in common, so that what a seed does to both cancels. " +
    (anyInterval ? "The interval is that of this mean by Student’s t; a difference is bold if its interval" +
      " excludes 0. Of twenty figures without any difference one is bold by chance."
      : "A 95 % interval takes two common seeds; there are not as many here.");
  byId("curves").hidden = !runs.some((run) => run.curve.length > 0);
  byId("pareto").hidden =
    !runs.some((run) => known(run.validationLoss) && known(run.tokensPerSecond));
  fillUnfinished();
  fillSettings();
  comparison.models.forEach(fillTable);
  page.fillContents();
  byId("footer").textContent = `Made by moe4j ${version}.`;
})();
