"""Drawings as strokes of a pen.

Stroke-3, (points, 3): dx, dy from the point before, and 1 where the pen is lifted AFTER this point, so that the next
offset is a jump. The first row is the offset of the first point from wherever one counts. Stroke-5 (Ha and Eck 2017,
arXiv 1704.03477, section 3.1), (points + 1, 5): dx, dy, and one of three states of the pen: down (a line leads to the
next point), lifted (a jump does), ended; the last row is the end and no point.

x grows to the right, y downwards. One unit of paper is what Omniglot's drawings are counted in: most characters are 200
to 450 units large, and one pixel of the pad that they were drawn on is about 6.
"""

import numpy as np
from PIL import Image, ImageDraw

DOWN, LIFTED, ENDED = 2, 3, 4  # columns of stroke-5
PAPER = 630.0  # units of paper on its side: 105 pixels of 6
STEP = 8.0  # units of paper between the points of an evened stroke, before it is simplified
N_SMOOTHINGS = 5  # times (1, 2, 1) / 4: about a Gaussian of 1.6 steps
TOLERANCE = 3.0  # units of paper that a simplified stroke may leave the way
OVERSAMPLING = 4


def checked(drawing: np.ndarray) -> np.ndarray:
    """A drawing as float64 stroke-3. Raises ValueError where it is none, or has no point."""
    drawing = np.asarray(drawing, np.float64)
    if drawing.ndim != 2 or drawing.shape[1] != 3 or not len(drawing):
        raise ValueError(f"a drawing of shape {drawing.shape}, wanted (points, 3) with a point or more")
    if not np.isfinite(drawing).all() or not np.isin(drawing[:, 2], (0, 1)).all():
        raise ValueError("a drawing with values out of range, wanted finite offsets, and 0 or 1 for the pen")
    return drawing


def stroke3_to_stroke5(drawing: np.ndarray) -> np.ndarray:
    """(points, 3) -> (points + 1, 5)."""
    strokes = np.zeros((len(drawing) + 1, 5), np.float32)
    strokes[:-1, :2] = drawing[:, :2]
    strokes[:-1, DOWN] = drawing[:, 2] == 0
    strokes[:-1, LIFTED] = drawing[:, 2] == 1
    strokes[-1, ENDED] = 1
    return strokes


def stroke5_to_stroke3(strokes: np.ndarray) -> np.ndarray:
    """(rows, 5) -> (points, 3): what comes before the first end, or all of it where there is none."""
    ends = np.flatnonzero(strokes[:, ENDED] == 1)
    strokes = strokes[: ends[0]] if len(ends) else strokes
    return strokes[:, [0, 1, LIFTED]].astype(np.float32)


def stroke3_to_lines(drawing: np.ndarray) -> list[np.ndarray]:
    """(points, 3) -> a line for each stroke: the places (n, 2) that it passes."""
    places = np.cumsum(drawing[:, :2], axis=0, dtype=np.float64)
    lines = np.split(places, np.flatnonzero(drawing[:, 2] == 1) + 1)
    return [line for line in lines if len(line)]


def lines_to_stroke3(lines: list[np.ndarray]) -> np.ndarray:
    """The way back; the pen is lifted after every line, the last one too."""
    places = np.concatenate(lines)
    lifts = np.zeros(len(places))
    lifts[np.cumsum([len(line) for line in lines]) - 1] = 1
    return np.column_stack([np.diff(places, axis=0, prepend=0.0), lifts])


def evened(drawing: np.ndarray) -> np.ndarray:
    """The same drawing, in units of paper, as any pen might have left it: smooth, with few points.

    Each stroke is walked in equal steps, smoothed with its ends held, and simplified. Omniglot's strokes have the steps
    of a grid in them, a visitor's have a point for each tremor; afterwards both are alike. There are as many strokes as
    before, each from where it began to where it ended, and the last pen bit stays. Raises ValueError.
    """
    drawing = checked(drawing)
    places = np.cumsum(drawing[:, :2], axis=0)
    ends = drawing[:, 2] == 1
    ends[-1] = True
    places, ends = _walked(places, ends)
    places = _smoothed(places, ends)
    kept = _simplified(places, ends)
    even = np.column_stack([np.diff(places[kept], axis=0, prepend=0.0), ends[kept]])
    even[-1, 2] = drawing[-1, 2]
    return even


def _walked(places: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, 2) and the ends of strokes (n,) bool -> others, about `STEP` apart; a dot stays one place."""
    begins = np.roll(ends, 1)
    begins[0] = True
    distances = np.hypot(*np.diff(places, axis=0, prepend=places[:1]).T)
    way = np.cumsum(np.where(begins, 1.0, distances))  # a gap of 1 before each stroke, so that none touch
    lengths = way[ends] - way[begins]
    counts = np.where(lengths > 0, np.maximum(np.rint(lengths / STEP), 1) + 1, 1).astype(int)
    stroke = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(stroke)) - np.repeat(np.cumsum(counts) - counts, counts)  # within its stroke, from 0
    walked = way[begins][stroke] + lengths[stroke] * place / np.maximum(counts - 1, 1)[stroke]
    new = np.stack([np.interp(walked, way, column) for column in places.T], axis=1)
    return new, place == counts[stroke] - 1


def _smoothed(places: np.ndarray, ends: np.ndarray) -> np.ndarray:
    held = ends | np.roll(ends, 1)
    held[[0, -1]] = True
    for _ in range(N_SMOOTHINGS):
        mean = (np.roll(places, 1, axis=0) + 2 * places + np.roll(places, -1, axis=0)) / 4
        places = np.where(held[:, None], places, mean)
    return places


def _simplified(places: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(n,) bool: which places stay (Ramer 1972, Douglas and Peucker 1973), all strokes at once, level by level."""
    kept = ends | np.roll(ends, 1)
    kept[[0, -1]] = True
    while len(places) > 1:
        corners = np.flatnonzero(kept)
        between = np.clip(np.searchsorted(corners, np.arange(len(places)), "right") - 1, 0, len(corners) - 2)
        start, chord = places[corners[between]], (places[corners[1:]] - places[corners[:-1]])[between]
        share = ((places - start) * chord).sum(1) / np.maximum((chord**2).sum(1), 1e-12)
        away = np.hypot(*(places - start - np.clip(share, 0, 1)[:, None] * chord).T)
        farthest = np.maximum.reduceat(away, corners[:-1])
        new = (away > TOLERANCE) & (away == farthest[between]) & ~kept
        if not new.any():
            break
        kept |= new
    return kept


def as_picture(drawing: np.ndarray, side: int = 96, scale: float | None = None) -> np.ndarray:
    """(points, 3) -> (side, side) uint8, dark ink on light, in the middle; `scale` pixels a unit, or as it fits."""
    lines = stroke3_to_lines(drawing)
    places = np.concatenate(lines)
    low, high = places.min(0), places.max(0)
    room = 0.8 * side / max(*(high - low), 1e-9)
    scale = OVERSAMPLING * (room if scale is None else min(scale, room))
    picture = Image.new("L", (side * OVERSAMPLING,) * 2, 255)
    pen, width = ImageDraw.Draw(picture), max(1, round(side / 48 * OVERSAMPLING))
    for line in lines:
        path = (line - (low + high) / 2) * scale + side * OVERSAMPLING / 2
        pen.line([tuple(place) for place in path], fill=0, width=width, joint="curve")
        for x, y in path[[0, -1]]:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=0)
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX))
