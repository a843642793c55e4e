// Draws the charts, now and whenever the window, the colour scheme or the medium changes.
(() => {
  function drawAll() {
    lab.paintScale();
    lab.paintSwatches();
    lab.drawAll(true);
  }

  function print(on) {
    lab.printing = on;
    document.documentElement.classList.toggle("printing", on);
    drawAll();
  }

  drawAll();
  new ResizeObserver(() => requestAnimationFrame(() => lab.drawAll(false)))
    .observe(document.querySelector("main"));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
})();
