// What phones, projectors and remotes share: calls with a token, and a stream that comes back by itself.

const SILENT_MS = 25_000; // the server says something every 10 s: after this long the line is dead
const RETRY_MS = [300, 1000, 2000, 4000];

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A name that nobody can guess.
export const newToken = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// `base` is the address of a class, with a slash at its end.
export function createClient(base, token) {
  const headers = { Authorization: `Bearer ${token}` };

  // {status, reply}; status 0 where the server could not be reached.
  async function call(method, path, body) {
    try {
      const answer = await fetch((base + path).replace(/\/$/, ""), { method, headers, body: body && JSON.stringify(body) });
      const isJson = answer.headers.get("content-type")?.startsWith("application/json");
      return { status: answer.status, reply: isJson ? await answer.json() : await answer.blob() };
    } catch {
      return { status: 0, reply: {} };
    }
  }

  // `onState` hears each state, `onLine` whether the line stands, `onEnd` a word: why there will be no more.
  function listen(path, { onState, onLine, onEnd }) {
    let isOver = false;
    let request = null;
    let heardAt = 0;
    let nFailed = 0;
    let waking = null;
    const wake = () => { if (document.visibilityState === "visible") { nFailed = 0; waking?.(); if (Date.now() - heardAt > SILENT_MS / 2) request?.abort(); } };
    const watch = setInterval(() => { if (heardAt && Date.now() - heardAt > SILENT_MS) request?.abort(); }, 2000);
    for (const name of ["visibilitychange", "pageshow", "online"]) addEventListener(name, wake, true);

    function end(word) {
      isOver = true;
      clearInterval(watch);
      for (const name of ["visibilitychange", "pageshow", "online"]) removeEventListener(name, wake, true);
      request?.abort();
      if (word) onEnd(word);
    }
    async function open() {
      request = new AbortController();
      heardAt = Date.now();
      const answer = await fetch(base + path, { headers, signal: request.signal, cache: "no-store" });
      if (answer.status === 403 || answer.status === 404) return end((await answer.json()).error);
      if (!answer.ok) return undefined;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        heardAt = Date.now();
        const events = (text + value).split("\n\n");
        text = events.pop();
        events.forEach(hear);
      }
    }
    function hear(event) {
      if (event.startsWith("event: gone")) return end("unknown");
      if (!event.startsWith("data: ")) return undefined;
      nFailed = 0;
      onLine(true);
      return onState(JSON.parse(event.slice(6)));
    }
    (async () => {
      while (!isOver) {
        try { await open(); } catch { /* the line is cut: once more */ }
        if (isOver) return;
        onLine(false);
        await Promise.race([pause(RETRY_MS[Math.min(nFailed++, RETRY_MS.length - 1)]), new Promise((resolve) => { waking = resolve; })]);
      }
    })();
    return () => end();
  }

  return { call, listen, fileUrl: (round, name) => `${base}files/${round}/${name}` };
}
