// What the experts of one model came to do, the model that the reader chooses: heat maps by domain,
// by script, and of which experts work together; of one seed, which the reader chooses too.
(() => {
  const { byId, known, make } = page;
  const { models, heat, domainMap } = page.lab;
  const { domains, domainKind, scripts } = page.data;
  const moe = models.filter((model) => model.first.expertUse);
  if (moe.length === 0) return;

  const numbers = (count) => Array.from({ length: count }, (_, i) => String(i));
  const turned = (rows, count) => numbers(count).map((_, i) => rows.map((row) => row[i]));
  const tables = ({ expertUse: use }) => ({
    domain: turned(use.expertByDomain, domains.length),
    script: turned(use.expertByScript, scripts.length),
    together: use.coActivation,
  });
  const ofRun = new Map(moe.flatMap(({ runs }) => runs.filter((r) => r.expertUse))
    .map((r) => [r, tables(r)]));
  const largest = (name) => heat.largest([...ofRun.values()].map((all) => all[name]));
  const most = { domain: largest("domain"), script: largest("script"), together: largest("together") };
  let model = moe[0];
  let run = model.first;

  /** Bits that knowing the row tells about the expert, all rows weighing the same. */
  function bits(rows) {
    const seen = rows.filter((row) => row.every(known));
    if (seen.length === 0) return null;
    const entropy = (p) => p.reduce((sum, v) => (v > 0 ? sum - v * Math.log2(v) : sum), 0);
    const mean = seen[0].map((_, e) => seen.reduce((sum, row) => sum + row[e], 0) / seen.length);
    const within = seen.reduce((sum, row) => sum + entropy(row), 0) / seen.length;
    return Math.max(0, entropy(mean) - within);
  }

  function caption(rows, experts) {
    const told = bits(rows);
    return told === null ? "not measured"
      : `Specialization: ${told.toFixed(2)} bits of maximum ${Math.log2(experts).toFixed(2)}`;
  }

  const experts = () => run.expertUse.experts;
  const values = () => ofRun.get(run);

  const scriptMap = (width) => heat.matrix({
    label: `Share of each script that went to each expert of ${run.name}`,
    rows: scripts, columns: numbers(experts()), values: values().script, most: most.script,
    text: (expert, share) => `expert ${expert}: ${share}`,
  }, width);

  const togetherMap = (width) => heat.matrix({
    label: `Share of each expert's tokens that also went to each other expert of ${run.name}`,
    rows: numbers(experts()), columns: numbers(experts()), values: values().together, most: most.together,
    square: true, text: (expert, share) => `${share} of its tokens also went to expert ${expert}`,
  }, width);

  /** With one choice a token no two experts ever share one. */
  const anyTogether = (rows) => rows.some((row, e) => row.some((share, o) => o !== e && share > 0));

  /** Scripts without held-out text, whose rows are empty. */
  function unseen() {
    const names = scripts.filter((_, s) => !values().script[s].every(known));
    return names.length === 0 ? ""
      : `. Rows are blank without such text in the held-out windows: ${names.join(", ")}`;
  }

  function show() {
    byId("script-figure").hidden = scripts.length === 0;
    byId("together-figure").hidden = !anyTogether(values().together);
    byId("domain-figure").hidden = domains.length === 0;
    byId("script-caption").textContent = caption(values().script, experts()) + unseen();
    byId("domain-caption").textContent = caption(values().domain, experts());
  }

  function choose(nextModel, nextRun) {
    const runs = nextModel.runs.filter((other) => other.expertUse);
    if (nextModel !== model || nextRun === null) {
      page.lab.addSeeds(byId("expert-seed"), runs.map((other) => other.seed),
        (seed) => choose(nextModel, runs.find((other) => other.seed === seed)));
    }
    model = nextModel;
    run = nextRun || runs[0];
    show();
    page.drawAll(true);
  }

  function fillChoice() {
    const select = byId("expert-model");
    moe.forEach((other, i) => { make("option", other.name, select).value = i; });
    select.addEventListener("change", () => choose(moe[Number(select.value)], null));
  }

  const kinds = [...(domains.length > 0 ? [domainKind] : []), ...(scripts.length > 0 ? ["script"] : [])];
  byId("specialization-text").textContent = kinds.length === 0
    ? "Which experts were active together on held-out data; tokens had no labels."
    : `Which expert each ${kinds.join(" and ")} went to on held-out data, and which experts were` +
    ` active together. Specialization is the mutual information of ${kinds.join(" or ")} and expert, in` +
    " bits: 0 if every expert is used alike. Colours mean the same for all models.";
  byId("domain-title").textContent = `Experts by ${domainKind}`;
  byId("domain-text").textContent =
    `Columns are experts, rows are ${domainKind}s, grouped by their most used expert; the` +
    " number after an expert counts them.";
  fillChoice();
  choose(model, null);
  heat.addScale(byId("domain-scale"), most.domain, `of a ${domainKind}’s assignments`);
  heat.addScale(byId("script-scale"), most.script, "of a script’s assignments");
  heat.addScale(byId("together-scale"), most.together, "of an expert’s tokens");
  page.add(byId("script-chart"), scriptMap);
  page.add(byId("together-chart"), togetherMap);
  if (domains.length > 0) page.add(byId("domain-chart"),
    (width) => domainMap({ run, columns: values().domain, most: most.domain }, width));
})();
