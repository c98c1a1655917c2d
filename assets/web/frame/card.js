// A picture to keep, on the page's ground and in its font: `write` puts a line of text on it, `fill` a box.
export function createCard(root, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  const style = getComputedStyle(root);
  function write(text, x, y, size, { weight = 400, ink = "--ink", align = "left" } = {}) {
    context.font = `${weight} ${size}px ${style.fontFamily}`;
    context.fillStyle = style.getPropertyValue(ink);
    context.textAlign = align;
    context.fillText(text, x, y);
  }
  function fill(ink, ...box) {
    context.fillStyle = style.getPropertyValue(ink);
    context.fillRect(...box);
  }
  fill("--page", 0, 0, width, height);
  return { canvas, write, fill };
}
