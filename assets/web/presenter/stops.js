// The lecture's stops as plain data: {tab, part, setting}, numbered from 0.

import { textOf } from "../review/links.js";

// The number that an address asks for, or null where it is none of a stop.
export const readStop = (text, stops) => (/^\d{1,2}$/.test(text ?? "") && Number(text) < stops.length ? Number(text) : null);

export const clamped = (n, stops) => Math.min(stops.length - 1, Math.max(0, n));

// The first stop in a tab; the lecture's first where the tab has none.
export const firstIn = (tab, stops) => Math.max(0, stops.findIndex((stop) => stop.tab === tab));

// What the stop's tab is brought to; null where there is nothing to set.
export const stopText = ({ tab, setting }) => textOf(tab, setting);
