// The class on the projector: it is opened, joined by phones, asked, and closed again.

import { saveFile } from "../frame/save.js";
import { addressOf } from "../review/links.js";
import { createBoard } from "./board.js";
import { createControls } from "./controls.js";
import { classClient, findAddress, keepClass, keptClass, openClass, phoneAddress, qrCode, remoteAddress, spaced, typedAddress } from "./door.js";

export function mount(element, live) {
  const { lecture } = window;
  const root = element.querySelector(".classroom");
  const find = (selector) => root.querySelector(selector);
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const write = (name, text) => { find(`[data-text=${name}]`).textContent = text ?? ""; };
  let kept = null; // {code, secret, address}
  let state = null;
  let network = null;
  let parts = null; // {client, board, controls, stop}
  let isOnLine = true;
  let startNotice = null;

  // ---- open and close ----
  async function open() {
    const button = find("[data-action=open]");
    button.disabled = true;
    const opened = await openClass();
    button.disabled = false;
    startNotice = opened ? null : "cannotOpen";
    if (!opened) return show();
    const { address } = await findAddress(classClient(opened));
    keepClass({ ...opened, address });
    return enter(keptClass() ?? { ...opened, address });
  }
  function enter(known) {
    kept = known;
    const client = classClient(kept);
    const shared = { say, client, language: lecture.language };
    const controls = createControls(find("[data-controls]"), shared);
    const board = createBoard(find("[data-board]"), {
      ...shared, sounds: true, nameOf: (kind) => find(`[data-kind=${kind}] [lang=${lecture.language()}]`).textContent,
      see: (section, setting) => addressOf(section, setting, lecture.language()), remove: controls.remove,
    });
    const stop = client.listen("screen", { onState: (next) => { state = next; show(); }, onLine: (isUp) => { isOnLine = isUp; show(); }, onEnd: ended });
    parts = { client, controls, board, stop };
    findAddress(client).then((found) => { network = found; show(); });
    showQr();
    show();
  }
  function ended() {
    startNotice = "ended";
    leave();
  }
  function leave() {
    parts?.stop();
    parts?.board.stopSound();
    parts = kept = state = network = null;
    isOnLine = true;
    keepClass(null);
    // the listeners of the class that is over go with its elements
    for (const name of ["[data-controls]", "[data-board]"]) find(name).replaceWith(pristine[name].cloneNode(true));
    translateLabels();
    show();
  }
  const translateLabels = () => { for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label); };
  const pristine = Object.fromEntries(["[data-controls]", "[data-board]"].map((name) => [name, find(name).cloneNode(true)]));

  // ---- showing ----
  function show() {
    const view = kept ? "open" : "closed";
    root.dataset.view = view;
    for (const part of root.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== view;
    write("startNotice", startNotice && say(startNotice));
    if (!kept) return;
    write("code", spaced(kept.code));
    write("address", typedAddress(kept));
    write("warning", network?.isLocalOnly ? say("localOnly") : "");
    write("people", say("people", { n: state?.people ?? 0 }));
    find("[data-text=line]").hidden = isOnLine;
    write("line", isOnLine ? "" : say("offline"));
    root.toggleAttribute("data-asked", Boolean(state?.round));
    find("[data-lock]").checked = Boolean(state?.isLocked);
    find("[data-remote]").href = remoteAddress({ ...kept, address: new URL(".", document.baseURI).href });
    if (state) {
      parts.controls.show(state);
      parts.board.show(state);
    }
    showAddresses();
  }
  function showAddresses() {
    const field = find("[data-address-field]");
    if (document.activeElement !== field) field.value = kept.address;
    find("datalist").replaceChildren(...(network?.others ?? []).map((address) => Object.assign(document.createElement("option"), { value: address })));
  }
  async function showQr() {
    const picture = await qrCode(parts.client, phoneAddress(kept));
    const image = find("[data-qr]");
    image.hidden = !picture;
    if (picture) image.src = picture;
  }
  async function showRemote() {
    const image = find("[data-remote-qr]");
    const isShown = !image.hidden;
    const picture = isShown ? null : await qrCode(parts.client, remoteAddress(kept));
    image.hidden = !picture;
    if (picture) image.src = picture;
    find("[data-action=remote]").setAttribute("aria-expanded", String(Boolean(picture)));
  }
  function changeAddress(wanted) {
    const address = /^https?:\/\//.test(wanted) ? wanted : `http://${wanted}`;
    if (!URL.canParse(address)) return show();
    kept = { ...kept, address };
    keepClass(kept);
    find("[data-remote-qr]").hidden = true;
    showQr();
    return show();
  }
  async function saveTable() {
    const { status, reply } = await parts.client.call("GET", "votes.csv");
    if (status === 200) saveFile(reply, `${kept.code}.csv`);
  }
  async function deleteNow() {
    const { status } = await parts.client.call("DELETE", "");
    if (status === 200 || status === 404) leave();
  }

  const actions = {
    open, leave, deleteNow,
    enlarge: () => find("[data-action=enlarge]").setAttribute("aria-pressed", String(root.toggleAttribute("data-large"))),
    remote: showRemote,
    csv: saveTable,
    delete: () => { find("[data-sure]").hidden = false; },
    keep: () => { find("[data-sure]").hidden = true; },
  };
  root.addEventListener("click", ({ target }) => actions[target.closest("button")?.dataset.action]?.());
  find("[data-lock]").addEventListener("change", ({ target }) => parts.client.call("POST", "steer", { act: "lock", is: target.checked }));
  find("[data-address-field]").addEventListener("change", ({ target }) => changeAddress(target.value.trim()));
  document.addEventListener("lecture:language", () => { parts?.controls.translate(); show(); parts?.board.translate(); });
  translateLabels();
  find("[data-action=open]").disabled = false;
  show();
  if (keptClass()) enter(keptClass());
}
