// By what the figures of a group differ: file, method and parameters. A choice puts one of these on
// the y axis, one side by side in a row, and holds the others fixed.
(() => {
  const NONE = "–";
  bench.NONE = NONE;

  /** { name, of(figure), values } of each that has several values; constants: the others. */
  bench.dimensionsOf = (group) => {
    const { figures } = group;
    const params = [...new Set(figures.flatMap((figure) => Object.keys(figure.params)))];
    const all = [
      { kind: "file", name: "file", of: (figure) => bench.fileName(figure.file) },
      { kind: "method", name: "method", of: (figure) => figure.method },
      ...params.map((name) => ({
        kind: "param", name,
        of: (figure) => (Object.hasOwn(figure.params, name) ? figure.params[name] : NONE),
      })),
    ];
    for (const dimension of all) dimension.values = [...new Set(figures.map(dimension.of))];
    const varying = all.filter((dimension) => dimension.values.length > 1);
    return {
      varying: varying.length > 0 ? varying : [all[1]],
      constants: all.filter((d) => d.kind === "param" && d.values.length === 1),
    };
  };

  const size = (dimension) => dimension.values.filter((value) => value !== NONE).length;
  const most = (dimensions) => dimensions.reduce((a, b) => (a && size(a) >= size(b) ? a : b), null);

  /** How a value is called in a chart: a method may lack a parameter that its neighbours have. */
  bench.valueName = (dimension, value) => (value === NONE ? `without ${dimension.name}` : value);

  /** What is shown first: routers, else the parameter with most values, against files or methods. */
  bench.firstChoice = (dimensions) => {
    const params = dimensions.filter((d) => d.kind === "param");
    const rows = params.find((d) => d.name === "router") || most(params)
      || dimensions.find((d) => d.kind === "method") || dimensions[0];
    const others = dimensions.filter((d) => d !== rows);
    const lanes = others.find((d) => d.kind === "file")
      || others.find((d) => d.kind === "method" && d.values.length <= 7)
      || most(others.filter((d) => d.values.length <= 7));
    const fixed = new Map(dimensions.map((d) => [d, d.values.find((value) => value !== NONE)]));
    return { rows, lanes, fixed };
  };

  /** Those held fixed by a choice. */
  bench.heldBy = (dimensions, choice) =>
    dimensions.filter((d) => d !== choice.rows && d !== choice.lanes);

  /** The figure of a row and lane; one without a fixed parameter counts for all values of it. */
  bench.figureAt = (group, dimensions, choice, row, lane) => {
    const fits = (d, figure) => d.of(figure) === choice.fixed.get(d);
    const held = bench.heldBy(dimensions, choice);
    const here = group.figures.filter((figure) =>
      choice.rows.of(figure) === row
        && (!choice.lanes || choice.lanes.of(figure) === lane)
        && held.every((d) => fits(d, figure) || d.of(figure) === NONE));
    return here.find((figure) => held.every((d) => fits(d, figure))) || here[0];
  };
})();
