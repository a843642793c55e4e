// What each rank did, in runs over ranks: a row a rank, the mean over the seeds with as many ranks.
(() => {
  const { byId, make, known } = page;
  const { models, mean } = page.lab;

  const percent = (value) => (known(value) ? (100 * value).toFixed(1) : "–");
  const columns = [
    { head: "experts", of: (rank) => rank.experts, write: (v) => page.whole(v) },
    { head: "load %", of: (rank) => rank.loadShare, write: percent },
    { head: "MB sent a step", of: (rank) => rank.bytesPerStep, write: (v) => (v / 1e6).toFixed(2) },
    { head: "waiting %", of: (rank) => rank.waitShare, write: percent },
  ];

  function fillRow(name, number, ranks) {
    const row = make("tr", null, byId("ranks-table").tBodies[0]);
    make("th", `${name}, rank ${number}`, row).scope = "row";
    for (const { of, write } of columns) {
      const value = mean(ranks.map(of));
      make("td", known(value) ? write(value) : "–", row);
    }
  }

  const head = make("tr", null, byId("ranks-table").tHead);
  make("th", "rank", head).scope = "col";
  for (const column of columns) make("th", column.head, head).scope = "col";
  for (const { name, runs, first } of models) {
    const alike = runs.filter((run) => run.ranks.length === first.ranks.length);
    for (let r = 0; r < first.ranks.length; r++) fillRow(name, r, alike.map((run) => run.ranks[r]));
  }
})();
