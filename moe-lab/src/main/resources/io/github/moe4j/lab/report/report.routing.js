// How sure the routers were and how much was dropped, over the training steps.
(() => {
  const { byId, known } = page;
  const { models, severalSeeds, addLegend, lineChart } = page.lab;
  const points = (run) => (run.expertUse ? run.expertUse.load : []);
  const all = page.data.models.flatMap(points);

  const entropy = lineChart({
    label: "Routing entropy of each model over the training steps",
    points, of: (point) => point.routingEntropy, from: () => 0,
    unit: "nats", write: (value) => `${value.toFixed(2)} nats`, axis: { min: 0 }, height: 260,
  });

  const dropped = lineChart({
    label: "Dropped share of the assignments of each model over the training steps",
    points, of: (point) => point.droppedShare, from: () => 0,
    unit: "% dropped", write: (value) => page.percent(value), height: 260,
    axis: { min: 0 }, tick: (value) => Number((100 * value).toPrecision(6)),
  });

  const anyEntropy = all.some((point) => known(point.routingEntropy));
  const anyDropped = all.some((point) => point.droppedShare > 0);
  byId("routing").hidden = !anyEntropy && !anyDropped;
  byId("entropy-figure").hidden = !anyEntropy;
  byId("dropped-figure").hidden = !anyDropped;
  byId("routing-text").textContent =
    (anyEntropy ? "Entropy: 0 is a fully confident router, ln E one without any preference. " : "") +
    (anyDropped ? "Dropped are assignments beyond their expert’s capacity. " : "") +
    (severalSeeds ? "Lines are the mean over seeds." : "");
  addLegend(byId("routing-legend"), models.filter((model) => points(model.first).length > 0));
  page.add(byId("entropy-chart"), entropy);
  page.add(byId("dropped-chart"), dropped);
})();
