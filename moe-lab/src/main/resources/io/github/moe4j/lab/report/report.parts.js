// What each model is: a sentence, its parts with their formulas, its size.
(() => {
  const { byId, make, addSwatch } = page;
  const KINDS = { balance: "load balance" };

  function fillPart(part, parent) {
    const item = make("div", null, parent, "part");
    const heading = make("p", null, item, "part-name");
    make("span", KINDS[part.kind] || part.kind, heading, "kind");
    make("strong", part.name, heading);
    if (part.text) make("p", part.text, item);
    if (part.formula) make("code", part.formula, make("p", null, item), "formula");
  }

  for (const model of page.lab.models) {
    const { description, parts, parameters, activeParameters } = model.first;
    const card = make("article", null, byId("descriptions"), "model");
    const name = make("h3", null, card);
    addSwatch(name, model.index);
    name.append(model.name);
    if (description) make("p", description, card);
    const active = activeParameters < parameters
      ? `, ${page.whole(activeParameters)} of them active for a token` : "";
    const seeds = page.lab.severalSeeds
      ? `; ${model.runs.length === 1 ? "seed" : "seeds"} ${model.runs.map((run) => run.seed).join(", ")}` : "";
    const size = parameters > 0 ? `${page.whole(parameters)} parameters${active}` : "size not recorded";
    make("p", `${size}${seeds}`, card, "caption");
    if (parts.length === 0) continue;
    const details = make("details", null, card);
    details.open = page.lab.models.length <= 6;
    make("summary", parts.map((part) => part.name).join(" · "), details);
    for (const part of parts) fillPart(part, details);
  }
})();
