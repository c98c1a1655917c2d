// The clock of a lecture in parts, as plain data: milliseconds spent in each part, the part it runs in, and since when.

export const freshClock = (nParts) => ({ spent: Array(nParts).fill(0), part: null, since: null, isPaused: false });

export function spentAt({ spent, part, since }, now) {
  return spent.map((one, i) => (i === part && since !== null ? one + Math.max(0, now - since) : one));
}

// Goes on in `part` (from 0); null is before the first, where no time counts.
export function entered(clock, part, now) {
  const runs = part !== null && !clock.isPaused;
  return { ...clock, spent: spentAt(clock, now), part, since: runs ? now : null };
}
export const paused = (clock, now) => ({ ...clock, spent: spentAt(clock, now), since: null, isPaused: true });
export const resumed = (clock, now) => entered({ ...clock, isPaused: false }, clock.part, now);
export const restarted = ({ spent, part }, now) => entered(freshClock(spent.length), part, now);

// What there is to show at `now`: seconds of the part and of all, of how many, and whether they are over.
export function reading(clock, minutes, now) {
  const seconds = spentAt(clock, now).map((ms) => Math.floor(ms / 1000));
  const part = clock.part ?? 0;
  const [whole, ofWhole] = [sum(seconds), 60 * sum(minutes)];
  return {
    part, seconds: seconds[part], of: 60 * minutes[part], isOver: seconds[part] > 60 * minutes[part],
    whole, ofWhole, isWholeOver: whole > ofWhole,
    shares: minutes.map((one, i) => seconds[i] / (60 * one)),
  };
}
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

export const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// What was kept, or null where it is none of a clock with so many parts.
export function readClock(text, nParts) {
  try {
    const { spent, part, since, isPaused } = JSON.parse(text);
    const isTime = (one) => Number.isFinite(one) && one >= 0;
    const isSound = spent.length === nParts && spent.every(isTime) && (part === null || spent[part] !== undefined) && (since === null || isTime(since));
    return isSound ? { spent, part, since, isPaused: Boolean(isPaused) } : null;
  } catch { return null; }
}
