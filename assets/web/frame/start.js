// Runs before the first paint: this visitor's language, theme and projector mode, and the address bar.
window.lecture = (() => {
  const root = document.documentElement;
  const LANGUAGES = ["ko", "en"];
  const parameter = (name) => new URLSearchParams(location.search).get(name);

  const remembered = {
    get: (name) => { try { return localStorage.getItem(`lecture.${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`lecture.${name}`, value); } catch { /* a private window */ } },
  };

  function firstLanguage() {
    const wanted = [parameter("lang"), remembered.get("lang")].find((lang) => LANGUAGES.includes(lang));
    return wanted ?? (navigator.languages?.[0]?.startsWith("ko") ? "ko" : "en");
  }

  // Several changes within a moment are written once: Safari allows a hundred changes of the address in 30 s.
  const WRITE_MS = 400;
  const pending = {};
  const written = {}; // what this page has put into the address, for entries of the history that lack it
  let writing = null;
  function setAddress(name, value) {
    pending[name] = value;
    written[name] = value;
    writing ??= setTimeout(writeAddress, WRITE_MS);
  }
  function writeAddress() {
    clearTimeout(writing);
    writing = null;
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(pending)) {
      if (value == null) url.searchParams.delete(name); else url.searchParams.set(name, value);
      delete pending[name];
    }
    history.replaceState(history.state, "", url);
  }

  let language = firstLanguage();
  function setLanguage(lang) {
    language = lang;
    root.lang = lang;
    document.title = document.querySelector(`.lecture-brand [lang=${lang}]`)?.textContent ?? document.title;
    for (const element of document.querySelectorAll("[data-aria-label-ko]")) translateLabel(element);
    document.dispatchEvent(new CustomEvent("lecture:language", { detail: lang }));
  }
  const translateLabel = (element) => element.setAttribute("aria-label", element.getAttribute(`data-aria-label-${language}`));
  function chooseLanguage(lang) {
    remembered.set("lang", lang);
    setAddress("lang", lang);
    setLanguage(lang);
  }
  // Gradio sets html[lang] to the browser's language when it starts: the visitor's choice stands.
  new MutationObserver(() => { if (root.lang !== language) root.lang = language; }).observe(root, { attributeFilter: ["lang"] });

  const isDark = () => document.body?.classList.contains("dark") ?? false;
  function setDark(dark) {
    document.body.classList.toggle("dark", dark);
    setAddress("__theme", dark ? "dark" : "light");
    document.dispatchEvent(new CustomEvent("lecture:theme"));
  }

  function setProjector(on) {
    root.toggleAttribute("data-projector", on);
    setAddress("projector", on ? "1" : null);
    window.dispatchEvent(new Event("resize"));
  }

  // Gradio asks these when the page is there and when a tab is opened.
  let wantedTab = null;
  function firstTab(tabs) {
    const tab = parameter("tab");
    const isKnown = tabs.includes(tab);
    if (tab !== null && !isKnown) say("unknownTab");
    openedTab = isKnown ? tab : tabs[0];
    history.replaceState(null, "", location.href);
    setAddress("tab", openedTab);
    isReady();
    return select(isKnown ? tab : null);
  }
  // Resolved when the first tab is known: who goes elsewhere before that would be brought back.
  let isReady = null;
  const ready = new Promise((resolve) => { isReady = resolve; });
  const select = (tab) => (tab ? { __type__: "update", selected: tab } : { __type__: "update" });
  // A tab is an entry in the browser's history; everything else replaces the one it is in.
  let openedTab = null;
  function tabChanged(tab) {
    if (openedTab !== null && openedTab !== tab) {
      writeAddress();
      history.pushState(null, "", location.href);
      setAddress("tab", tab);
      writeAddress();
      window.scrollTo({ top: 0 });
    }
    openedTab = tab;
  }
  window.addEventListener("popstate", () => {
    openedTab = parameter("tab") ?? openedTab;
    for (const [name, value] of Object.entries(written)) if (name !== "tab") setAddress(name, value);
    goTo(openedTab);
  });
  function goTo(tab) {
    wantedTab = tab;
    document.dispatchEvent(new CustomEvent("lecture:go"));
  }

  // Brings a section to the state that `text` stands for, and opens its tab. A stage that is alive hears of it; one that
  // is not there yet finds it in the address. Without a text the tab opens as it was left.
  function openState(section, text = null) {
    if (text !== null) {
      if (lastTry?.section === section) lastTry = null;
      setAddress(section, text);
      writeAddress();
      document.dispatchEvent(new CustomEvent("lecture:open", { detail: { section, text } }));
    }
    goTo(section);
  }

  // The last try that was pressed, for a stage that was not there yet.
  let lastTry = null;

  // A short notice in both languages: what a text key `frame.notice.…` says, shown by the header.
  const notices = [];
  function say(name) {
    notices.push(name);
    document.dispatchEvent(new CustomEvent("lecture:notice"));
  }

  // A page in a frame may have no leave to write the clipboard: then the old way, and at last by hand.
  async function copyAddress() {
    setAddress("lang", language);
    writeAddress();
    const shared = new URL(location.href);
    shared.searchParams.delete("__sign"); // a private Space's key to this visitor
    try {
      await navigator.clipboard.writeText(shared.href);
      say("copied");
    } catch {
      say("copyByHand");
      const field = document.querySelector("#lecture-header [data-address]");
      field.value = shared.href;
      field.select();
      if (document.execCommand("copy")) say("copied");
    }
  }

  root.lang = language;
  root.toggleAttribute("data-projector", parameter("projector") === "1");
  // A plain click on a link to a tab opens it in this page, in the state that the link names; any other click opens the
  // address beside it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='?tab=']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const query = new URL(link.href).searchParams;
    openState(query.get("tab"), query.get(query.get("tab")));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-copy-address]")) copyAddress();
    const button = event.target.closest?.("button[data-try]");
    if (!button) return;
    lastTry = { section: button.dataset.section, number: Number(button.dataset.try) };
    document.dispatchEvent(new CustomEvent("lecture:try", { detail: lastTry }));
  });

  return {
    language: () => language, setLanguage, chooseLanguage, translateLabel,
    isDark, setDark, isProjector: () => root.hasAttribute("data-projector"), setProjector,
    parameter, setAddress, copyAddress, say, notices,
    ready, firstTab, tabChanged, openedTab: () => openedTab, select, goTo, openState, wantedTab: () => wantedTab, lastTry: () => lastTry,
  };
})();
