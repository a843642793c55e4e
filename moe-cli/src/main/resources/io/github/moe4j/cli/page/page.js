// What all pages share: their data, words, colours of models, and tables that sort on click. Text
// from the data is only ever set as text, never as HTML.
"use strict";

const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  /** Called when colours may have changed. */
  painters: [],
};

(() => {
  const byId = (id) => document.getElementById(id);
  const known = (value) => typeof value === "number" && Number.isFinite(value);

  /** Colours that stay apart for colour-blind readers (Okabe and Ito), for light and for dark. */
  const COLOURS = {
    light: ["#0072b2", "#d55e00", "#009e73", "#b8629b", "#8a6d00", "#3a9bd1", "#5f6b7a"],
    dark: ["#4aa8e0", "#ff9147", "#2fc79b", "#e39ac6", "#d9b93b", "#9fd6f5", "#a4afbd"],
  };
  const DASHES = ["solid", "dashed", "dotted"];

  /** Models with greater numbers have the same colours again, but are dashed, then dotted. */
  page.MODEL_COLOURS = COLOURS.light.length;
  page.isDark = () => window.matchMedia("(prefers-color-scheme: dark)").matches && !page.printing;
  page.modelStyle = (index) => {
    const colours = COLOURS[page.isDark() ? "dark" : "light"];
    const round = Math.floor(index / colours.length) % DASHES.length;
    return { color: colours[index % colours.length], dash: DASHES[round] };
  };
  page.plural = (count, word) => `${page.whole(count)} ${word}${count === 1 ? "" : "s"}`;
  page.whole = (value) => Math.round(value).toLocaleString("en-US");
  page.percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

  function make(tag, text, parent, className) {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    if (className) node.className = className;
    if (parent) parent.append(node);
    return node;
  }

  function addSwatch(parent, index) {
    const swatch = make("span", null, parent, "swatch");
    swatch.dataset.model = index;
    return swatch;
  }

  page.painters.push(() => {
    for (const swatch of document.querySelectorAll(".swatch")) {
      const { color, dash } = page.modelStyle(Number(swatch.dataset.model));
      swatch.style.background = dash === "solid" ? color : "none";
      swatch.style.border = `2px ${dash} ${color}`;
    }
    for (const stroke of document.querySelectorAll(".stroke")) {
      const { color, dash } = page.modelStyle(Number(stroke.dataset.model));
      stroke.style.borderTop = `3px ${dash} ${color}`;
    }
  });

  function fillContents() {
    for (const section of document.querySelectorAll("main > section:not([hidden])")) {
      const link = make("a", section.querySelector("h2").textContent, byId("contents"));
      link.href = `#${section.id}`;
    }
  }

  /** Which end of a column is the better one. */
  const LOW = -1;
  const HIGH = 1;

  function bestOf(column, things) {
    const values = things.filter((thing) => !thing.unfinished).map(column.of).filter(known);
    if (!column.better || values.length < 2) return null;
    const best = column.better === HIGH ? Math.max(...values) : Math.min(...values);
    return values.every((value) => value === best) ? null : best;
  }

  function addSmall(column, thing, cell) {
    const more = column.more && column.more(thing);
    for (const text of [more].flat()) {
      if (text) make("small", text, cell);
    }
  }

  /**
   * A table with a row a thing, sorted by a click on a heading. A column has a head, of(thing) for its
   * value, write(value, thing), and maybe better: LOW or HIGH, more(thing) for a small text below the value or
   * several, and marked(thing) if it is to be bold. The first column names the thing; swatch(thing), if it has that,
   * gives the number of its colour. A thing that is unfinished is never the best.
   */
  function fillTable(table, things, columns) {
    const [name, ...figures] = columns;
    const headings = make("tr", null, table.tHead);
    const best = figures.map((column) => bestOf(column, things));
    const rows = things.map((thing) => {
      const row = make("tr");
      const cell = make("th", null, row);
      cell.scope = "row";
      if (name.swatch) addSwatch(cell, name.swatch(thing));
      cell.append(name.of(thing));
      addSmall(name, thing, cell);
      figures.forEach((column, i) => {
        const value = column.of(thing);
        const text = typeof value === "string" ? value : "–";
        const figure = make("td", known(value) ? column.write(value, thing) : text, row);
        const bold = column.marked ? column.marked(thing) : known(value) && value === best[i] && !thing.unfinished;
        if (bold) figure.className = "best";
        else if (text === "–" && !known(value)) figure.className = "none";
        addSmall(column, thing, figure);
      });
      return row;
    });
    table.tBodies[0].append(...rows);
    for (const column of columns) {
      const heading = make("th", null, headings);
      heading.scope = "col";
      const button = make("button", column.head, heading);
      button.type = "button";
      button.addEventListener("click", () => sortBy(column, heading, things, rows));
    }
  }

  /** A first click puts the better end on top, or the small end; the next one turns it round. */
  function sortBy(column, heading, things, rows) {
    const first = column.better === HIGH ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    for (const cell of heading.parentNode.children) cell.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const sorted = things
      .map((thing, index) => ({ value: column.of(thing), row: rows[index] }))
      .sort((a, b) => {
        if (typeof a.value === "string" && typeof b.value === "string") {
          return sign * a.value.localeCompare(b.value, "en", { numeric: true });
        }
        if (!known(a.value) || !known(b.value)) return known(b.value) - known(a.value);
        return sign * (a.value - b.value);
      });
    heading.closest("table").tBodies[0].append(...sorted.map((entry) => entry.row));
  }

  Object.assign(page, { byId, known, make, addSwatch, fillTable, fillContents, LOW, HIGH });
})();
