// The score card: a picture to keep.

import { createCard } from "../frame/card.js";
import { percent, shareOf } from "./view.js";

const fixed = (value) => value.toFixed(1).replace("-", "−");
const [WIDTH, HEIGHT] = [1200, 630];

export function scoreCard(root, say, title, results, standing) {
  const { canvas, write, fill } = createCard(root, WIDTH, HEIGHT);
  write(title, 70, 100, 46, { weight: 700 });
  const { singles, lineups, longers, best } = results;
  const bars = [
    ["cardYou", shareOf(singles, ({ isRight }) => isRight), "--accent"],
    ["cardPolice", shareOf(singles, ({ isReal, policeSaidReal }) => isReal === policeSaidReal), "--inhibit"],
  ];
  bars.forEach(([key, share, ink], i) => {
    const y = 160 + 84 * i;
    write(say(key), 70, y + 38, 30, { weight: 600 });
    fill("--line", 330, y, 640, 52);
    if (share !== null) fill(ink, 330, y, 640 * share, 52);
    write(share === null ? "–" : percent(share), 1130, y + 39, 38, { weight: 700, align: "right" });
  });
  fill("--ink", 330 + 320 - 1, 150, 2, 156); // what guessing gives
  const found = lineups.filter(({ isRight }) => isRight).length;
  const lines = [
    standing && say("cardHits", { hits: standing.hits, real: standing.nReal, alarms: standing.falseAlarms, generated: standing.nGenerated }),
    standing?.nReal && standing.nGenerated && say("cardDPrime", { value: fixed(standing.dPrime), low: fixed(standing.dPrimeInterval[0]), high: fixed(standing.dPrimeInterval[1]) }),
    lineups.length > 0 && say("cardLineups", { found, of: lineups.length }),
    longers.length > 0 && say("cardLongers", { right: longers.filter(({ isRight }) => isRight).length, of: longers.length }),
    say("cardStreak", { best }),
  ].filter(Boolean);
  lines.forEach((text, i) => write(text, 70, 372 + 44 * i, 28));
  write(say("cardFoot"), 70, HEIGHT - 30, 22, { ink: "--soft-ink" });
  return canvas;
}
