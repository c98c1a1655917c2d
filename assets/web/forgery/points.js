// What is real on the plane: shapes to draw points from, all within -1..1, and how much of a shape the fakes cover.
// Points are flat: x, y, x, y... `random` is seededRandom's.

const RING_RADIUS = 0.75;
const BLOBS = circle(8, RING_RADIUS, 0);
const GRID = [-0.7, 0, 0.7].flatMap((y) => [-0.7, 0, 0.7].map((x) => [x, y]));
const DEVIATION = 0.04;
const FAIR_PART = 1 / 4; // of an equal share: a mode with fewer fakes is not covered

export const SHAPES = {
  ring: sampler((random) => onCircle(RING_RADIUS, 2 * Math.PI * random.uniform())),
  moons: sampler((random) => onMoons(random.uniform())),
  grid: sampler((random) => pick(GRID, random)),
  blobs: sampler((random) => pick(BLOBS, random)),
};

// The ring and the moons have no modes of their own: these are the middles of equal pieces of them.
export const MODES = {
  ring: circle(12, RING_RADIUS, 0.5),
  moons: Array.from({ length: 12 }, (_, i) => onMoons((i + 0.5) / 12)),
  grid: GRID,
  blobs: BLOBS,
};
// How far from a mode counts as near: half a piece and a little, or four deviations.
export const NEAR = { ring: 0.24, moons: 0.2, grid: 0.16, blobs: 0.16 };

function onCircle(radius, angle) {
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function circle(n, radius, shift) {
  return Array.from({ length: n }, (_, i) => onCircle(radius, (2 * Math.PI * (i + shift)) / n));
}

// Along the upper moon for t in 0..½, along the lower one for ½..1: half circles that reach into each other.
function onMoons(t) {
  const [x, y] = onCircle(0.55, 2 * Math.PI * (t % 0.5));
  return t < 0.5 ? [x - 0.275, y - 0.15] : [x + 0.275, 0.15 - y];
}

function pick(list, random) {
  return list[Math.floor(random.uniform() * list.length)];
}

// Normal noise, cut off at three deviations: so that every point stays on the picture.
function jitter(random) {
  return DEVIATION * Math.max(-3, Math.min(3, random.normal()));
}

function sampler(place) {
  return (n, random) => {
    const points = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      const [x, y] = place(random);
      points[2 * i] = x + jitter(random);
      points[2 * i + 1] = y + jitter(random);
    }
    return points;
  };
}

// A shape from points that somebody drew: each new point lies beside one of them.
export function drawnShape(points) {
  const drawn = [];
  for (let i = 0; i + 1 < points.length; i += 2) drawn.push([points[i], points[i + 1]]);
  if (!drawn.length) throw new RangeError("a drawn shape needs at least one point");
  return sampler((random) => pick(drawn, random));
}

// The mode that is nearest to each point, or -1 where none is near.
function nearestModes(points, shape) {
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const distances = MODES[shape].map(([x, y]) => Math.hypot(points[2 * i] - x, points[2 * i + 1] - y));
    const nearest = Math.min(...distances);
    return nearest <= NEAR[shape] ? distances.indexOf(nearest) : -1;
  });
}

export function modesCovered(points, shape) {
  const counts = MODES[shape].map(() => 0);
  for (const mode of nearestModes(points, shape)) if (mode >= 0) counts[mode] += 1;
  return counts.filter((count) => count >= (FAIR_PART * points.length) / 2 / counts.length && count).length;
}

// The share of the points that lie near any mode.
export function nearShare(points, shape) {
  return nearestModes(points, shape).filter((mode) => mode >= 0).length / (points.length / 2);
}

const CELL = 0.16; // a side of the squares in which points are counted; the shapes are about two wide
const EDGE = 10; // squares from the middle to the edge: points beyond it are counted together

// How far apart two sets of points lie: the Jensen-Shannon divergence of their counts in the squares of a grid, in bits.
// 0 where they lie alike, 1 where no square holds points of both (Lin 1991, doi 10.1109/18.61115). Counts of few points
// differ by chance alone; what that adds on average is taken off (Miller 1955: the entropy of n points in k squares comes
// out (k - 1) / 2n nats too small). The sets are as many.
export function jensenShannon(points, others) {
  if (points.length !== others.length) throw new RangeError(`${points.length / 2} points and ${others.length / 2}`);
  const [first, second] = [points, others].map(shares);
  const both = new Map();
  for (const part of [first, second]) for (const [square, share] of part) both.set(square, (both.get(square) ?? 0) + share / 2);
  const bias = (first.size + second.size - both.size - 1) / (2 * points.length); // 4n: a point is two numbers
  const nats = entropy(both) - (entropy(first) + entropy(second)) / 2 - bias;
  return Math.min(Math.max(nats / Math.LN2, 0), 1);
}

function shares(points) {
  const found = new Map();
  for (let i = 0; i < points.length; i += 2) {
    const [column, row] = [Math.floor(points[i] / CELL), Math.floor(points[i + 1] / CELL)];
    const isInside = column >= -EDGE && column < EDGE && row >= -EDGE && row < EDGE;
    const square = isInside ? column * 2 * EDGE + row : "beyond";
    found.set(square, (found.get(square) ?? 0) + 2 / points.length);
  }
  return found;
}

function entropy(shares) {
  return -[...shares.values()].reduce((sum, share) => sum + share * Math.log(share), 0);
}
