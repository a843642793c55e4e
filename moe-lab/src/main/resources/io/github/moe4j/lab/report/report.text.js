// Held-out text, each character in the colour of the expert that its first byte went to first.
(() => {
  const { byId, make } = page;
  const { domains } = page.data;
  const withText = (run) => run.expertUse && run.expertUse.text && run.expertUse.text.length > 0;
  const models = page.lab.models
    .map(({ name, runs }) => ({ name, runs: runs.filter(withText) }))
    .filter(({ runs }) => runs.length > 0);
  if (models.length === 0) return;

  // Up to eight experts: hues that stay apart, on which the page's ink is readable.
  const FEW = {
    light: ["#9ccbf2", "#ffc184", "#93dba9", "#f5a8cf", "#ece05e", "#c4adf5", "#d3d7dc", "#7fe0e0"],
    dark: ["#1d5f9e", "#9a5300", "#17703f", "#97316a", "#706300", "#6440b0", "#566170", "#0b6f78"],
  };

  /** More experts: hues a golden angle apart, in two lightnesses, so that neighbours differ most. */
  function colour(expert, experts) {
    const dark = page.isDark();
    if (experts <= FEW.light.length) return FEW[dark ? "dark" : "light"][expert];
    const hue = (expert * 137.508) % 360;
    const light = dark ? [26, 40][expert % 2] : [84, 70][expert % 2];
    return `hsl(${hue.toFixed(1)} ${dark ? 55 : 75}% ${light}%)`;
  }

  let model = models[0];
  let run = model.runs[0];
  let layer = 0;
  let only = null;

  /** What the reader sees as one character may be several of Unicode: [{ text, from, to }]. */
  function graphemes(text) {
    const parts = window.Intl && Intl.Segmenter
      ? [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map((s) => s.segment)
      : [...text];
    let at = 0;
    return parts.map((part) => {
      const from = at;
      at += [...part].length;
      return { text: part, from, to: at };
    });
  }

  const NAMES = { "\n": "line break", " ": "space", "\t": "tab" };
  const named = (character) => NAMES[character] || `“${character}”`;

  /** A line for each character of Unicode. */
  function linesOf({ text, from }, { experts, weights }) {
    return [...text].map((character, i) => (experts[from + i] < 0
      ? `${named(character)}: no expert`
      : `${named(character)}: expert ${experts[from + i]}, weight ${weights[from + i].toFixed(3)}`));
  }

  const tip = make("div", null, document.body, "text-tip");
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;

  function showTip(target, lines) {
    tip.replaceChildren();
    for (const line of lines) make("div", line, tip);
    tip.hidden = false;
    const box = target.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
    const below = box.bottom + 6 + tip.offsetHeight <= window.innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below ? box.bottom + 6 : box.top - tip.offsetHeight - 6}px`;
  }

  /** What the tooltip of an element says. */
  const tips = new WeakMap();

  function fillPiece({ domain, text, layers }) {
    const choices = layers[layer];
    const piece = make("div", null, byId("text-pieces"), "piece");
    make("span", domains[domain], piece, "caption");
    const line = make("p", null, piece, "coloured");
    line.dir = "auto";
    for (const part of graphemes(text)) {
      const span = make("span", part.text.startsWith("\n") ? "↵" : part.text, line);
      const expert = choices.experts[part.from];
      span.dataset.expert = expert;
      tips.set(span, linesOf(part, choices));
    }
  }

  function fillLegend() {
    const counts = new Map();
    let all = 0;
    for (const { layers } of run.expertUse.text) {
      for (const expert of layers[layer].experts) {
        counts.set(expert, (counts.get(expert) || 0) + 1);
        all++;
      }
    }
    const { experts } = run.expertUse;
    const shown = Array.from({ length: experts }, (_, e) => e);
    if (counts.has(-1)) shown.push(-1);
    byId("text-legend").replaceChildren();
    for (const expert of shown) {
      const button = make("button", null, byId("text-legend"));
      button.type = "button";
      button.dataset.expert = expert;
      button.setAttribute("aria-pressed", String(only === expert));
      make("span", null, button, "patch").dataset.expert = expert;
      const share = page.percent((counts.get(expert) || 0) / all, 0);
      make("span", `${expert < 0 ? "none" : expert} · ${share}`, button);
      button.addEventListener("click", () => {
        only = only === expert ? null : expert;
        paint();
      });
    }
  }

  /** Colours all, or only the characters of one expert. */
  function paint() {
    const { experts } = run.expertUse;
    const colours = Array.from({ length: experts }, (_, e) => colour(e, experts));
    for (const element of document.querySelectorAll("#text-legend .patch, #text-pieces [data-expert]")) {
      const expert = Number(element.dataset.expert);
      const faded = only !== null && only !== expert && !element.classList.contains("patch");
      element.style.background = expert < 0 || faded ? "none" : colours[expert];
    }
    for (const button of byId("text-legend").children) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.expert) === only));
    }
  }

  function show() {
    const { text } = run.expertUse;
    const layers = text[0].layers.length;
    layer = Math.min(layer, layers - 1);
    byId("text-layers").hidden = layers < 2;
    byId("text-layer").replaceChildren();
    for (let i = 0; i < layers; i++) make("option", `block ${i}`, byId("text-layer")).value = i;
    byId("text-layer").value = layer;
    if (only !== null && only >= run.expertUse.experts) only = null;
    tip.hidden = true;
    byId("text-pieces").replaceChildren();
    text.forEach(fillPiece);
    fillLegend();
    paint();
  }

  function choose(next) {
    model = next;
    run = model.runs[0];
    page.lab.addSeeds(byId("text-seed"), model.runs.map((r) => r.seed), (seed) => {
      run = model.runs.find((r) => r.seed === seed);
      show();
    });
    show();
  }

  models.forEach(({ name }, i) => { make("option", name, byId("text-model")).value = i; });
  byId("text-model").addEventListener("change", () => choose(models[Number(byId("text-model").value)]));
  byId("text-layer").addEventListener("change", () => {
    layer = Number(byId("text-layer").value);
    show();
  });
  for (const event of ["pointerover", "click"]) {
    byId("text-pieces").addEventListener(event, ({ target }) => {
      const lines = tips.get(target);
      if (lines) showTip(target, lines);
      else tip.hidden = true;
    });
  }
  byId("text-pieces").addEventListener("pointerleave", () => { tip.hidden = true; });
  window.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  choose(model);
  page.painters.push(paint);
})();
