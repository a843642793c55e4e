// The options, the environment, and the command line that repeats the run.
(() => {
  const { byId, make } = page;
  const { configuration, environment, description } = page.data;
  const recorded = description !== null;

  function fillRows(id, entries) {
    for (const [key, value] of entries) {
      const row = make("tr", null, byId(id).tBodies[0]);
      make("th", key, row).scope = "row";
      make("td", value, row);
    }
  }

  /** As a shell reads it: single quotes around whatever is not plain. */
  const word = (text) =>
    /^[\w.,:=\/+@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

  /** A switch stands alone if it is on and not at all if it is off. */
  function option([key, value]) {
    if (value === "" || value === "false") return [];
    return value === "true" ? [`--${key}`] : [`--${key} ${word(value)}`];
  }

  const words = ["java -jar moe-bench.jar lab", ...Object.entries(configuration).flatMap(option)];
  const command = words.join(" ");

  function select(node) {
    const selection = window.getSelection();
    selection.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(node);
    selection.addRange(range);
  }

  /** Where the clipboard is not allowed the command is selected, so that a key copies it. */
  async function copy(button) {
    try {
      await navigator.clipboard.writeText(command);
    } catch {
      select(byId("command"));
      if (!document.execCommand("copy")) return;
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  /** An option goes to the next line as a whole if it can. */
  for (const part of words) {
    if (part !== words[0]) byId("command").append(" ");
    make("span", part, byId("command"));
  }
  byId("copy").addEventListener("click", () => copy(byId("copy")));
  byId("repeat").hidden = recorded;
  byId("options-title").textContent = recorded ? "Given" : "Options";
  fillRows("options",
    Object.entries(configuration).map(([key, value]) => [recorded ? key : `--${key}`, value]));
  fillRows("environment", Object.entries(environment));
})();
