// Draws the charts, now and whenever the window, the colour scheme or the medium changes.
(() => {
  function drawAll() {
    page.painters.forEach((paint) => paint());
    page.drawAll(true);
  }

  function print(on) {
    page.printing = on;
    document.documentElement.classList.toggle("printing", on);
    drawAll();
  }

  drawAll();
  new ResizeObserver(() => requestAnimationFrame(() => page.drawAll(false)))
    .observe(document.querySelector("main"));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
})();
