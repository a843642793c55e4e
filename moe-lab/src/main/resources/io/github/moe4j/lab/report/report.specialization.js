// What the experts of one model came to do, the model that the reader chooses: heat maps by domain,
// by script, and of which experts work together. Of several seeds it is the first.
(() => {
  const { byId, known, make } = page;
  const { models, heat, domainMap, severalSeeds } = page.lab;
  const { domains, domainKind, scripts } = page.data;
  const moe = models.filter((model) => model.first.expertUse);
  if (moe.length === 0) return;

  const numbers = (count) => Array.from({ length: count }, (_, i) => String(i));
  const turned = (rows, count) => numbers(count).map((_, i) => rows.map((row) => row[i]));
  const byDomain = moe.map(({ first }) => turned(first.expertUse.expertByDomain, domains.length));
  const byScript = moe.map(({ first }) => turned(first.expertUse.expertByScript, scripts.length));
  const together = moe.map(({ first }) => first.expertUse.coActivation);
  const most = [byDomain, byScript, together].map(heat.largest);
  let chosen = 0;

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

  const run = () => moe[chosen].first;
  const experts = () => run().expertUse.experts;

  const scriptMap = (width) => heat.matrix({
    label: `Share of each script that went to each expert of ${run().name}`,
    rows: scripts, columns: numbers(experts()), values: byScript[chosen], most: most[1],
    text: (expert, share) => `expert ${expert}: ${share}`,
  }, width);

  const togetherMap = (width) => heat.matrix({
    label: `Share of each expert's tokens that also went to each other expert of ${run().name}`,
    rows: numbers(experts()), columns: numbers(experts()), values: together[chosen], most: most[2],
    square: true, text: (expert, share) => `${share} of its tokens also went to expert ${expert}`,
  }, width);

  /** With one choice a token no two experts ever share one. */
  const anyTogether = (rows) => rows.some((row, e) => row.some((share, o) => o !== e && share > 0));

  function show() {
    byId("script-figure").hidden = scripts.length === 0;
    byId("together-figure").hidden = !anyTogether(together[chosen]);
    byId("domain-figure").hidden = domains.length === 0;
    byId("script-caption").textContent = caption(byScript[chosen], experts());
    byId("domain-caption").textContent = caption(byDomain[chosen], experts());
    byId("expert-seed").textContent = severalSeeds ? `seed ${run().seed}` : "";
  }

  function fillChoice() {
    const select = byId("expert-model");
    moe.forEach((model, i) => { make("option", model.name, select).value = i; });
    select.addEventListener("change", () => {
      chosen = Number(select.value);
      show();
      page.drawAll(true);
    });
  }

  byId("specialization-text").textContent =
    `Which expert each ${domainKind} and script went to on held-out text, and which experts were` +
    ` active together. Specialization is the mutual information of ${domainKind} or script and expert, in` +
    " bits: 0 if every expert is used alike. Colours mean the same for all models." +
    (severalSeeds ? " Of several seeds the first is shown." : "");
  byId("domain-title").textContent = `Experts by ${domainKind}`;
  byId("domain-text").textContent =
    `Columns are experts, rows are ${domainKind}s, grouped by their most used expert; the` +
    " number after an expert counts them.";
  fillChoice();
  show();
  heat.addScale(byId("domain-scale"), most[0], `of a ${domainKind}’s assignments`);
  heat.addScale(byId("script-scale"), most[1], "of a script’s assignments");
  heat.addScale(byId("together-scale"), most[2], "of an expert’s tokens");
  page.add(byId("script-chart"), scriptMap);
  page.add(byId("together-chart"), togetherMap);
  page.add(byId("domain-chart"),
    (width) => domainMap({ run: run(), columns: byDomain[chosen], most: most[0] }, width));
})();
