// The loss of every model over the training steps: the whole run, and its second half closer up.
(() => {
  const { byId, make } = page;
  const { models, severalSeeds, addLegend, lineChart } = page.lab;
  const last = Math.max(0, ...page.data.models.flatMap((run) => run.curve.map((p) => p.step)));
  let training = false;

  const curves = (late) => lineChart({
    label: `${page.data.loss} of each model on held-out data over the training steps`,
    points: (run) => run.curve,
    of: (point) => point.validationLoss,
    also: () => (training && !late ? (point) => point.trainLoss : null),
    from: () => (late ? last / 2 : 0),
    seeds: true,
    unit: page.data.loss,
    write: (value) => value.toFixed(3),
    axis: { scale: true },
    height: 320,
  });

  function addTraining() {
    const button = make("button", "training loss", byId("legend"), "extra");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      training = !training;
      button.setAttribute("aria-pressed", String(training));
      page.drawAll(true);
    });
  }

  byId("curves-text").textContent =
    `${page.lab.lossText[0].toUpperCase()}${page.lab.lossText.slice(1)}: lower is better.` +
    (severalSeeds ? " Thick lines are the mean over seeds, thin lines single seeds." : "") +
    " A click on a name shows or hides its model; “training loss” adds that of the" +
    " training steps as faint lines.";
  addLegend(byId("legend"), models);
  addTraining();
  page.add(byId("curves-all"), curves(false));
  page.add(byId("curves-late"), curves(true));
})();
