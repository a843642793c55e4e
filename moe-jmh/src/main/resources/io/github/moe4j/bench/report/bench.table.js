// The table of all figures of a group.
(() => {
  const { known, make } = page;

  const textOf = (dimension) => ({ head: dimension.name, of: dimension.of });
  const figure = (head, of, write = bench.number) => ({ head, of, write });
  const LONG_RUN = "-f 3 -i 20";

  function columnsOf(group, dimensions) {
    const unit = bench.unit(group.unit);
    const columns = [
      figure(`mean ${unit}`, (f) => f.score, (value, f) => bench.marked(bench.number(value), f)),
      figure("± error", (f) => f.error),
      figure("smallest", (f) => f.spread.min),
      figure("median", (f) => f.spread.median),
      figure("largest", (f) => f.spread.max),
      figure("iterations", (f) => f.spread.iterations || null, page.whole),
      figure("garbage B/call", (f) => f.garbage),
    ];
    const some = columns.filter((column) => group.figures.some((f) => known(column.of(f))));
    if (group.figures.some((f) => f.ratio)) {
      some.push(figure("ratio", (f) => f.ratio && f.ratio.value));
      some.push(figure("± error of ratio", (f) => f.ratio && f.ratio.error));
      some.push({ head: "against the first", of: (f) => (f.ratio ? bench.verdict(group, f.ratio) : null) });
    }
    return [...dimensions.map(textOf), ...some];
  }

  /** Says how many figures say little, and what helps. */
  function addWarning(parent, figures) {
    const uncertain = figures.filter((f) => f.uncertain).length;
    if (uncertain === 0) return;
    make("p", `${bench.WARNING} ${page.whole(uncertain)} of ${page.plural(figures.length, "figure")}: the error`
      + " is above 10 % of the mean, or unknown because JMH had fewer than three iterations. Measure longer, such"
      + ` as with ${LONG_RUN}, and with nothing else running.`, parent, "note warning");
  }

  bench.fillTable = (parent, group, dimensions) => {
    addWarning(parent, group.figures);
    const details = make("details", null, parent);
    details.open = group.figures.length <= 16;
    make("summary", `All figures (${page.whole(group.figures.length)})`, details);
    const table = bench.table(details, `All figures of ${group.benchmark}`);
    page.fillTable(table, group.figures, columnsOf(group, dimensions));
  };
})();
