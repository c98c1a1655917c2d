// The picture that a stage of the generator paints: a few large boxes at first, in the end a note.

import { sharpened } from "../frame/canvas.js";

// `stage` is {frames, bins, level (frames × bins, low bands first)}; `palette` (256, 3).
export function drawStage(canvas, stage, palette, atS) {
  const sharp = sharpened(canvas);
  if (!sharp || !stage) return;
  const { context, width, height } = sharp;
  const { frames, bins, level } = stage;
  const small = new OffscreenCanvas(frames, bins);
  const image = new ImageData(frames, bins);
  for (let frame = 0; frame < frames; frame++) {
    for (let bin = 0; bin < bins; bin++) {
      const to = 4 * ((bins - 1 - bin) * frames + frame);
      const colour = 3 * level[frame * bins + bin];
      for (let c = 0; c < 3; c++) image.data[to + c] = palette[colour + c];
      image.data[to + 3] = 255;
    }
  }
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
  if (atS === null) return;
  context.fillStyle = getComputedStyle(canvas).getPropertyValue("--fire");
  context.fillRect((atS / 4) * width - 1.5, 0, 3, height);
}
