// The words and tables of the page. Text from the data is only ever set as text, never as HTML.
"use strict";

const lab = { result: JSON.parse(document.getElementById("result").textContent) };

(() => {
  const { result } = lab;
  const models = result.models;
  const moe = models.filter((model) => model.expertUse);
  const byId = (id) => document.getElementById(id);
  const known = (value) => typeof value === "number" && Number.isFinite(value);

  /** Colours that stay apart for colour-blind readers (Okabe and Ito), for light and for dark. */
  const COLOURS = {
    light: ["#0072b2", "#d55e00", "#009e73", "#b8629b", "#8a6d00", "#3a9bd1", "#5f6b7a"],
    dark: ["#4aa8e0", "#ff9147", "#2fc79b", "#e39ac6", "#d9b93b", "#9fd6f5", "#a4afbd"],
  };
  const DASHES = ["solid", "dashed", "dotted"];

  lab.isDark = () => window.matchMedia("(prefers-color-scheme: dark)").matches && !lab.printing;
  lab.modelStyle = (index) => {
    const colours = COLOURS[lab.isDark() ? "dark" : "light"];
    const round = Math.floor(index / colours.length) % DASHES.length;
    return { color: colours[index % colours.length], dash: DASHES[round] };
  };
  lab.known = known;
  lab.plural = (count, word) => `${lab.whole(count)} ${word}${count === 1 ? "" : "s"}`;
  lab.whole = (value) => Math.round(value).toLocaleString("en-US");
  lab.percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

  function make(tag, text, parent, className) {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    if (className) node.className = className;
    if (parent) parent.append(node);
    return node;
  }
  lab.make = make;

  function addSwatch(parent, index) {
    const swatch = make("span", null, parent, "swatch");
    swatch.dataset.model = index;
    return swatch;
  }

  lab.paintSwatches = () => {
    for (const swatch of document.querySelectorAll(".swatch")) {
      const { color, dash } = lab.modelStyle(Number(swatch.dataset.model));
      swatch.style.background = dash === "solid" ? color : "none";
      swatch.style.border = `2px ${dash} ${color}`;
    }
    for (const stroke of document.querySelectorAll(".stroke")) {
      const { color, dash } = lab.modelStyle(Number(stroke.dataset.model));
      stroke.style.borderTop = `3px ${dash} ${color}`;
    }
  };

  // Columns: heading, explanation, figure of a model, how to write it, and which end is better.
  const use = (figure) => (model) => (model.expertUse ? figure(model.expertUse) : null);
  const stage = (name) => (model) => (model.expertUse ? model.stages[name] : null);
  const fixed = (digits) => (value) => value.toFixed(digits);
  const percent = (value) => (100 * value).toFixed(1);
  const LOW = -1;
  const HIGH = 1;
  const columns = [
    {
      head: "validation bits/byte",
      text: "cross-entropy on held-out text in bits per byte; what training is for. Lower is better.",
      of: (m) => m.validationBitsPerByte, write: fixed(4), better: LOW,
    },
    {
      head: "tokens per second",
      text: "training speed on this machine: forward, backward and update. A token is a byte.",
      of: (m) => m.tokensPerSecond, write: lab.whole, better: HIGH,
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
      : `${lab.whole(models.length)} small language models were trained on the same text,`;
    byId("lede").textContent =
      `${trained} ${lab.plural(result.domains.length, result.domainKind)}` +
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

  function fillContents() {
    for (const section of document.querySelectorAll("main > section:not([hidden])")) {
      const link = make("a", section.querySelector("h2").textContent, byId("contents"));
      link.href = `#${section.id}`;
    }
  }

  function bestOf(column) {
    const values = models.map(column.of).filter(known);
    if (!column.better || values.length < 2) return null;
    const best = column.better === HIGH ? Math.max(...values) : Math.min(...values);
    return values.every((value) => value === best) ? null : best;
  }

  function fillTable() {
    const headings = make("tr", null, byId("table").tHead);
    const body = byId("table").tBodies[0];
    const all = [{ head: "model", of: (m) => m.name }, ...columns];
    const best = columns.map(bestOf);
    const rows = models.map((model, index) => {
      const row = make("tr");
      const name = make("th", null, row);
      name.scope = "row";
      addSwatch(name, index);
      name.append(model.name);
      columns.forEach((column, i) => {
        const value = column.of(model);
        const cell = make("td", known(value) ? column.write(value, model) : "–", row);
        if (!known(value)) cell.className = "none";
        else if (value === best[i]) cell.className = "best";
      });
      return row;
    });
    body.append(...rows);
    all.forEach((column) => {
      const heading = make("th", null, headings);
      heading.scope = "col";
      const button = make("button", column.head, heading);
      button.type = "button";
      button.addEventListener("click", () => sortBy(column, heading, rows));
    });
  }

  /** A first click puts the better end on top, or the small end; the next one turns it round. */
  function sortBy(column, heading, rows) {
    const first = column.better === HIGH ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    for (const cell of heading.parentNode.children) cell.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const sorted = models
      .map((model, index) => ({ value: column.of(model), row: rows[index] }))
      .sort((a, b) => {
        if (typeof a.value === "string") return sign * a.value.localeCompare(b.value);
        if (!known(a.value) || !known(b.value)) return known(b.value) - known(a.value);
        return sign * (a.value - b.value);
      });
    byId("table").tBodies[0].append(...sorted.map((entry) => entry.row));
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
        ? `, ${lab.whole(model.activeParameters)} of them active for a token` : "";
      make("dd", `${lab.whole(model.parameters)} parameters${active}`, item, "caption");
    });
    for (const [key, value] of Object.entries(result.configuration)) {
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
  fillContents();
  fillTable();
  fillLists();
  lab.paintSwatches();
  byId("footer").textContent =
    `Made by moe4j ${result.version}. The same figures are in result.json beside this page.`;
})();
