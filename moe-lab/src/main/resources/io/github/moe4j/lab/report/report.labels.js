// Where the labels of dots go so that they cover neither one another nor a dot: of many places around
// its dot, each label takes the cheapest that is still free.
(() => {
  const HEIGHT = 15;
  const pen = document.createElement("canvas").getContext("2d");

  const widthOf = (text, font) => {
    pen.font = font;
    return pen.measureText(text).width;
  };

  const common = (a, b) =>
    Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
    Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

  /** Boxes around a dot, the nearest first; to the right is what one expects. */
  function placesAround({ x, y }, width) {
    const places = [];
    for (const far of [9, 18, 30, 44, 60, 80, 104]) {
      for (let turn = 0; turn < 16; turn++) {
        const angle = (turn * Math.PI) / 8;
        const [right, down] = [Math.cos(angle), Math.sin(angle)];
        const left = x + far * right - (width * (1 - right)) / 2;
        const top = y + far * down - HEIGHT / 2;
        const box = { left, top, right: left + width, bottom: top + HEIGHT };
        places.push({ box, far, cost: far + 3 * (1 - right) });
      }
    }
    return places;
  }

  /**
   * Boxes { left, top, right, bottom, far } of the labels of dots { x, y, text }, or null for one that
   * there is no room for. Small dots { x, y } are avoided, too, and frame is not left.
   */
  function placeLabels(dots, small, frame, font) {
    const taken = [];
    const round = ({ x, y }, r) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r });
    const big = dots.map((dot) => round(dot, 6));
    const little = small.map((dot) => round(dot, 3));
    const inside = (box) => box.left >= frame.left && box.right <= frame.right &&
      box.top >= frame.top && box.bottom <= frame.bottom;
    return dots.map((dot) => {
      const free = placesAround(dot, widthOf(dot.text, font) + 4)
        .filter(({ box }) => inside(box) && taken.every((other) => common(box, other) === 0))
        .map((place) => ({
          ...place,
          cost: place.cost + big.reduce((sum, other) => sum + 3 * common(place.box, other), 0) +
            little.reduce((sum, other) => sum + common(place.box, other), 0),
        }));
      if (free.length === 0) return null;
      const best = free.reduce((a, b) => (b.cost < a.cost ? b : a));
      taken.push(best.box);
      return { ...best.box, far: best.far };
    });
  }

  page.lab.placeLabels = placeLabels;
})();
