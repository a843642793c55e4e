// The words around the figures, and which sections there is something to say in.
(() => {
  const result = page.data;
  const { models, severalSeeds } = page.lab;
  const { byId, known, make } = page;
  const runs = result.models;
  const used = runs.map((run) => run.expertUse).filter(Boolean);

  function trained() {
    if (models.length === 0) return "No model was trained far enough to be measured on";
    const seeds = [...new Set(models.map((model) => model.runs.length))];
    const each = !severalSeeds ? ""
      : seeds.length > 1 ? ", some with several seeds,"
      : `${models.length > 1 ? ", each" : ""} with ${page.plural(seeds[0], "seed")},`;
    return models.length === 1 ? `One small language model was trained${each} on`
      : `${page.whole(models.length)} small language models were trained${each} on the same text,`;
  }

  const recorded = result.description !== null;

  function ofTheLab() {
    const steps = result.complete ? Number(result.configuration.steps) : NaN;
    return `${trained()} ${page.plural(result.domains.length, result.domainKind)}` +
      `${known(steps) ? `, ${page.plural(steps, "step")} each` : ""}. The models of this lab differ` +
      " only in the feed-forward layer: a dense layer sends every byte through one network, a" +
      " Mixture-of-Experts layer sends it to a few experts chosen by a router. This page" +
      " compares prediction quality, training speed and expert specialization.";
  }

  function fillHeader() {
    byId("kicker").textContent =
      `moe4j ${result.version} · ${recorded ? "recorded training" : "lab report"}`;
    byId("lede").textContent = recorded ? result.description : ofTheLab();
    if (!result.complete) {
      const note = byId("interrupted");
      note.hidden = false;
      make("strong", `Interrupted after ${result.progress}.`, note);
      note.append(" The results are those measured until then.");
    }
  }

  function show(id, there) {
    byId(id).hidden = !there;
  }

  show("comparison", runs.length > 0);
  show("pareto", runs.some((m) => known(m.validationLoss) && known(m.tokensPerSecond)));
  show("curves", runs.some((run) => run.curve.length > 0));
  show("load", used.some((use) => use.load.length > 0));
  show("specialization", used.length > 0);
  show("text", used.some((use) => use.text && use.text.length > 0));
  show("time", runs.some((run) => known(run.stages.other) && known(run.tokensPerSecond)));
  show("ranks", runs.some((run) => run.ranks.length > 0));
  show("models", runs.length > 0);
  fillHeader();
  page.fillContents();
  byId("footer").textContent =
    `Made by moe4j ${result.version}. The same results are in result.json in the same folder.`;
})();
