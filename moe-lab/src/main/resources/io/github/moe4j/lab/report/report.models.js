// The runs gathered by model, a run a seed; what is reckoned over seeds; and which models the line
// charts show.
(() => {
  const { known, make } = page;

  /** How far the training of a run came, or null if it is finished. */
  function unfinished({ name, seed }) {
    const found = (page.data.unfinished || []).find((u) => u.name === name && u.seed === seed);
    return found ? found.progress : null;
  }

  /** [{ name, index, runs, first }] in the order to show; the index gives the colour. */
  const models = [];
  for (const run of page.data.models) {
    const model = models.find((other) => other.name === run.name);
    if (model) model.runs.push(run);
    else models.push({ name: run.name, index: models.length, runs: [run], first: run });
  }
  const severalSeeds = models.some((model) => model.runs.length > 1);

  function mean(values) {
    const there = values.filter(known);
    return there.length === 0 ? null : there.reduce((sum, v) => sum + v, 0) / there.length;
  }

  /** The sample standard deviation; null of fewer than two. */
  function deviation(values) {
    const there = values.filter(known);
    if (there.length < 2) return null;
    const middle = mean(there);
    const squares = there.reduce((sum, v) => sum + (v - middle) ** 2, 0);
    return Math.sqrt(squares / (there.length - 1));
  }

  /** [[step, value]] of one run's points. */
  const line = (points, of) =>
    points.filter((point) => known(of(point))).map((point) => [point.step, of(point)]);

  /** The mean of several lines, at the steps that all of them have. */
  function meanLine(lines) {
    const [first, ...others] = lines.map((points) => new Map(points));
    return [...first].filter(([step]) => others.every((other) => other.has(step)))
      .map(([step, value]) => [step, mean([value, ...others.map((other) => other.get(step))])]);
  }

  const hidden = new Set();
  const buttons = [];

  /** Buttons that show and hide a model in all line charts. */
  function addLegend(element, shown) {
    for (const { name, index } of shown) {
      const button = make("button", null, element);
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      make("span", null, button, "stroke").dataset.model = index;
      make("span", name, button);
      buttons.push({ button, index });
      button.addEventListener("click", () => toggle(index));
    }
  }

  function toggle(index) {
    if (!hidden.delete(index)) hidden.add(index);
    for (const entry of buttons) {
      entry.button.setAttribute("aria-pressed", String(!hidden.has(entry.index)));
    }
    page.drawAll(true);
  }

  /**
   * Fills a select element with seeds and calls changed(seed) when the reader chooses one; what is around it is hidden if
   * there is only one.
   */
  function addSeeds(select, seeds, changed) {
    select.replaceChildren();
    for (const seed of seeds) make("option", String(seed), select).value = seed;
    select.onchange = () => changed(Number(select.value));
    select.closest(".seeds").hidden = seeds.length < 2;
  }

  /** A value with its sign, as the numbers of a difference have it. */
  const signed = (value, decimals) =>
    `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(decimals)}`;

  /** The 95 % interval of a difference in words; null if there is none. */
  function interval({ low, high }, decimals) {
    if (!known(low) || !known(high)) return null;
    return `${signed(low, decimals)} to ${signed(high, decimals)}`;
  }

  const excludesZero = ({ low, high }) => known(low) && known(high) && (low > 0 || high < 0);

  const lossText = `${page.data.loss} on held-out data`;

  page.lab = {
    models, lossText, severalSeeds, mean, deviation, line, meanLine, addLegend, hidden, unfinished,
    addSeeds, signed, interval, excludesZero,
  };
})();
