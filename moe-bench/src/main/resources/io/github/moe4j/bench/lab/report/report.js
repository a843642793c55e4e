// The words and tables of the page. Text from the data is only ever set as text, never as HTML.
(() => {
  const result = page.data;
  const models = result.models;
  const moe = models.filter((model) => model.expertUse);
  const { byId, known, make, addSwatch, HIGH, LOW } = page;

  // Columns: heading, explanation, figure of a model, how to write it, and which end is better.
  const use = (figure) => (model) => (model.expertUse ? figure(model.expertUse) : null);
  const stage = (name) => (model) => (model.expertUse ? model.stages[name] : null);
  const fixed = (digits) => (value) => value.toFixed(digits);
  const percent = (value) => (100 * value).toFixed(1);
  const columns = [
    {
      head: "validation bits/byte",
      text: "cross-entropy on held-out text in bits per byte; what training is for. Lower is better.",
      of: (m) => m.validationBitsPerByte, write: fixed(4), better: LOW,
    },
    {
      head: "tokens per second",
      text: "training speed on this machine: forward, backward and update. A token is a byte.",
      of: (m) => m.tokensPerSecond, write: page.whole, better: HIGH,
    },
    {
      head: "load CV",
      text: "standard deviation of the experts’ load over its mean. 0 is even; √(E−1) is all on one expert.",
      of: use((u) => u.loadCv), write: fixed(2), better: LOW,
    },
    {
      head: "max / mean",
      text: "load of the busiest expert over the mean. 1 is even. Where experts work side by side, the busiest one sets the pace.",
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
      text: "experts that no token was assigned to, of all.",
      of: use((u) => u.expertsWithoutTokens), write: (v, m) => `${v} of ${m.expertUse.experts}`,
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
      of: (m) => m.stages.experts, write: percent,
    },
    {
      head: "combine %",
      text: "share spent summing the experts’ rows by weight.",
      of: stage("combine"), write: percent,
    },
  ];

  function fillHeader() {
    const steps = result.complete ? result.configuration.steps : null;
    byId("kicker").textContent = `moe4j ${result.version} · lab report`;
    const trained = models.length === 0 ? "No model came far enough to be measured on"
      : models.length === 1 ? "One small language model was trained on"
      : `${page.whole(models.length)} small language models were trained on the same text,`;
    byId("lede").textContent =
      `${trained} ${page.plural(result.domains.length, result.domainKind)}` +
      `${steps ? `, ${steps} steps each` : ""}. The models of this lab differ only in the layer in` +
      " the middle: a dense layer sends every byte through one network, a Mixture-of-Experts layer" +
      " sends it to a few of its experts, which a router chooses. This page compares how well they" +
      " predict, how fast they train, and what their experts came to do.";
    if (!result.complete) {
      const note = byId("interrupted");
      note.hidden = false;
      make("strong", `Interrupted after ${result.progress}.`, note);
      note.append(" The figures are what was measured until then.");
    }
  }

  function fillTable() {
    const name = { head: "model", of: (m) => m.name, swatch: (m) => models.indexOf(m) };
    page.fillTable(byId("table"), models, [name, ...columns]);
  }

  function fillLists() {
    for (const column of columns) {
      const item = make("div", null, byId("columns"));
      make("dt", column.head, item);
      item.append(" ");
      make("dd", column.text, item);
    }
    models.forEach((model, index) => {
      const item = make("div", null, byId("descriptions"));
      const name = make("dt", null, item);
      addSwatch(name, index);
      name.append(model.name);
      make("dd", model.description, item);
      const active = model.activeParameters < model.parameters
        ? `, ${page.whole(model.activeParameters)} of them active for a token` : "";
      make("dd", `${page.whole(model.parameters)} parameters${active}`, item, "caption");
    });
    const settings = { ...result.configuration, ...result.environment };
    for (const [key, value] of Object.entries(settings)) {
      const row = make("tr", null, byId("settings").tBodies[0]);
      make("th", key, row).scope = "row";
      make("td", value, row);
    }
  }

  function hideWhatHasNoData() {
    byId("comparison").hidden = models.length === 0;
    byId("models").hidden = models.length === 0;
    byId("curves").hidden = models.every((model) => model.curve.length === 0);
    byId("load").hidden = moe.every((model) => model.expertUse.load.length === 0);
    byId("specialisation").hidden = moe.length === 0 || result.domains.length === 0;
    byId("time").hidden = models.every((model) => !known(model.stages.other));
  }

  hideWhatHasNoData();
  fillHeader();
  page.fillContents();
  fillTable();
  fillLists();
  byId("footer").textContent =
    `Made by moe4j ${result.version}. The same figures are in result.json beside this page.`;
})();
