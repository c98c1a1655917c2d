// What stages need that ask the server questions.

const BUSY_MS = 400; // before a question is put again to a busy server

// The answer of a server function, or undefined where there was none: Gradio's client warns and returns nothing.
export async function askPatiently(server, name, call) {
  let reply = await server[name](call);
  while (reply?.isBusy) {
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    reply = await server[name](call);
  }
  return reply;
}

// Runs `work` again after it ended if it was asked for meanwhile: one question under way, the newest next.
export function latestOnly(work) {
  let running = null;
  let isWanted = false;
  const start = () => {
    if (running) { isWanted = true; return; }
    running = work().finally(() => {
      running = null;
      if (isWanted) { isWanted = false; start(); }
    });
  };
  start.settled = async () => { while (running) await running; };
  return start;
}

// A visitor's unguessable name. Where the page came over plain http, crypto.randomUUID is missing; random values are not.
export function newToken() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
