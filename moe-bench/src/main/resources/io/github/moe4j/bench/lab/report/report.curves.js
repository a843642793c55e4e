// The loss of every model over the steps of training: the whole run, and its second half closer up.
(() => {
  const { known, make, colours, base, axis, stepAxis, tip } = page;
  const { models } = page.data;

  function curveSeries(model, index, late, from) {
    const style = page.modelStyle(index);
    const line = (figure, width, opacity, extra) => {
      const data = model.curve
        .filter((point) => point.step >= from && known(point[figure]))
        .map((point) => [point.step, point[figure]]);
      return {
        type: "line",
        id: `${figure} ${index}`,
        name: model.name,
        data,
        showSymbol: data.length === 1,
        itemStyle: { color: style.color },
        lineStyle: { color: style.color, width, opacity, type: style.dash },
        emphasis: { disabled: true },
        ...extra,
      };
    };
    const held = line("validationBitsPerByte", 2.25, 1, { z: 3 });
    return late ? [held] : [line("trainBitsPerByte", 1, 0.45, { z: 2, silent: true }), held];
  }

  const hidden = new Set();

  const curves = (late) => () => {
    const last = Math.max(0, ...models.flatMap((model) => model.curve.map((point) => point.step)));
    const c = colours();
    const option = base("Bits per byte of each model over the steps of training");
    option.grid = { left: 40, right: 16, top: 30, bottom: 44 };
    option.xAxis = stepAxis({ min: late ? "dataMin" : 0, max: "dataMax" });
    option.yAxis = axis({
      type: "value", scale: true, axisLine: { show: false }, axisTick: { show: false },
      name: "bits per byte", nameTextStyle: { color: c.soft, fontSize: 11, align: "left", padding: [0, 0, 0, -34] },
    });
    option.series = models.flatMap((model, i) =>
      hidden.has(i) ? [] : curveSeries(model, i, late, late ? last / 2 : 0));
    Object.assign(option.tooltip, {
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: c.soft } },
      formatter: (points) => {
        const lines = new Map();
        for (const { seriesId, seriesName, color, value } of points) {
          const line = lines.get(seriesName) || { colour: color, name: seriesName };
          line[seriesId.startsWith("validation") ? "held" : "train"] = value[1];
          lines.set(seriesName, line);
        }
        const sorted = [...lines.values()].sort((a, b) => (a.held || a.train) - (b.held || b.train));
        return tip(`step ${page.whole(points[0].axisValue)}`, sorted.map((line) => ({
          colour: line.colour,
          text: `${line.name}: ${[
            line.held === undefined ? "" : `${line.held.toFixed(3)} held out`,
            line.train === undefined ? "" : `${line.train.toFixed(3)} training`,
          ].filter(Boolean).join(", ")}`,
        })));
      },
    });
    return { height: 320, option };
  };

  /** Buttons that show and hide a model in both charts. */
  function fillLegend() {
    models.forEach((model, index) => {
      const button = make("button", null, document.getElementById("legend"));
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      make("span", null, button, "stroke").dataset.model = index;
      button.append(model.name);
      button.addEventListener("click", () => {
        const show = hidden.delete(index);
        if (!show) hidden.add(index);
        button.setAttribute("aria-pressed", String(show));
        page.drawAll(true);
      });
    });
  }

  fillLegend();
  page.add(document.getElementById("curves-all"), curves(false));
  page.add(document.getElementById("curves-late"), curves(true));
})();
