// The class that this browser has opened, and how phones find it: its code, the address, the QR code of the address.

import { createClient } from "../phone/client.js";

const KEPT = "lecture.class";

export function keptClass() {
  try { return JSON.parse(localStorage.getItem(KEPT)); } catch { return null; }
}
// `kept`: {code, secret, address}, or null.
export function keepClass(kept) {
  try {
    if (kept) localStorage.setItem(KEPT, JSON.stringify(kept));
    else localStorage.removeItem(KEPT);
  } catch { /* a private window: for as long as the page is open */ }
  document.dispatchEvent(new CustomEvent("lecture:class"));
}

const base = () => new URL(".", document.baseURI).href;
export const classClient = ({ code, secret }) => createClient(`${base()}class/${code}/`, secret);
export const remoteAddress = ({ code, secret, address }) => `${address.replace(/\/$/, "")}/class/${code}/remote#${secret}`;
export const phoneAddress = ({ code, address }) => `${address.replace(/\/$/, "")}/class/${code}`;
export const spaced = (code) => `${code.slice(0, 3)} ${code.slice(3)}`;
// What one types: the page there asks for the code.
export const typedAddress = ({ address }) => `${address.replace(/^https?:\/\//, "").replace(/\/$/, "")}/class`;

// Asks the server for a class. {code, secret}, or null.
export async function openClass() {
  const { status, reply } = await createClient(base(), "").call("POST", "class");
  return status === 200 ? reply : null;
}

// Which address phones should take. Behind a proxy it is the page's own; on the machine itself that says nothing to others.
export async function findAddress(client) {
  const own = base();
  const isHere = ["localhost", "[::1]"].includes(location.hostname) || /^127\./.test(location.hostname);
  if (!isHere) return { address: own, others: [own], isLocalOnly: false };
  const { status, reply } = await client.call("GET", "network");
  const found = status === 200 ? reply : { isLocalOnly: false, addresses: [] };
  return { address: found.addresses[0] ?? own, others: found.addresses, isLocalOnly: found.isLocalOnly };
}

// The QR code of an address, as the URL of a picture; null where there was none.
export async function qrCode(client, address) {
  const { status, reply } = await client.call("POST", "qr", { address });
  return status === 200 ? URL.createObjectURL(reply) : null;
}

// Shows the class's code and QR wherever the page has a place for it.
export async function showDoor() {
  const places = [...document.querySelectorAll("[data-class-door]")];
  const kept = keptClass();
  for (const place of places) place.hidden = !kept;
  if (!kept || !places.length) return;
  const picture = await qrCode(classClient(kept), phoneAddress(kept));
  for (const place of places) {
    place.querySelector("img").src = picture ?? "";
    place.querySelector("img").hidden = !picture;
    place.querySelector("b").textContent = spaced(kept.code);
    place.querySelector("span[data-typed]").textContent = typedAddress(kept);
  }
}
