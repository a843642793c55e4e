// What the parts of the page share: numbers, units, sections and choices. Text from the data is only
// ever set as text, never as HTML.
const bench = {};

(() => {
  const { byId, known, make } = page;
  const { files } = page.data;

  /** Three digits, or all of those before the point. */
  function number(value) {
    if (!known(value)) return "–";
    const size = Math.abs(value);
    if (size === 0) return "0";
    if (size >= 999.5) return page.whole(value);
    return size < 0.001 ? value.toExponential(2) : value.toPrecision(3);
  }

  /** A number on an axis: without needless zeros. */
  const tick = (value) =>
    Math.abs(value) >= 1 ? value.toLocaleString("en-US") : String(Number(value.toPrecision(6)));

  const unit = (name) => name.replace(/^us\//, "µs/").replace(/\/us$/, "/µs");
  const plusMinus = (value, error) => `${number(value)} ± ${number(error)}`;
  /** The sign of an error above a tenth of the mean, or of none known. */
  const WARNING = "⚠";
  const marked = (text, figure) => (figure.uncertain ? `${text} ${WARNING}` : text);
  const fileName = (index) => files[index].name;

  /** A new section before that of the files. */
  function section(id, heading) {
    const node = make("section");
    node.id = id;
    make("h2", heading, node).className = "names";
    byId("files").before(node);
    return node;
  }

  /** A select element; options are [value, text]. Values may be anything. */
  function select(parent, text, options, chosen, changed) {
    const label = make("label", text, parent);
    const field = make("select", null, label);
    options.forEach(([, optionText], i) => (make("option", optionText, field).value = String(i)));
    field.value = String(Math.max(0, options.findIndex(([value]) => value === chosen)));
    field.addEventListener("change", () => changed(options[Number(field.value)][0]));
    return label;
  }

  /** Names with the colours of their numbers. */
  function fillLegend(parent, names) {
    parent.replaceChildren();
    names.forEach(([index, name]) => {
      const entry = make("span", null, parent);
      page.addSwatch(entry, index);
      entry.append(name);
    });
    page.painters.forEach((paint) => paint());
  }

  /** The ends of a ratio: by the combined error if it is known, else by the iterations. */
  function interval(ratio) {
    return known(ratio.error)
      ? [ratio.value - ratio.error, ratio.value + ratio.error] : [ratio.low, ratio.high];
  }

  /** Whether a ratio says anything: "within the spread", or which way it goes. */
  function verdict(group, ratio) {
    const [low, high] = interval(ratio);
    if (!known(low) || !known(high)) return "–";
    if (low <= 1 && high >= 1) return "within the spread";
    return ratio.value > 1 === group.higherIsBetter ? "better" : "worse";
  }

  /** An empty table that scrolls by itself where it is too wide. */
  function table(parent, label) {
    const scroller = make("div", null, parent, "scroller");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", label);
    const node = make("table", null, scroller, "figures");
    node.createTHead();
    node.createTBody();
    return node;
  }

  Object.assign(bench,
    { WARNING, marked, table, number, tick, unit, plusMinus, fileName, section, select, fillLegend, interval, verdict });
})();
