// What a person would see as broken: parts that overlap or stand outside, words and targets that are too small.
() => {
  const visible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) &&
    !element.closest(".visually-hidden, .only-heard");
  const roots = document.querySelectorAll("#lecture-header, #lecture-tabs .tab-wrapper, #lecture-tabs .tabitem, .presenter-bar, .presenter-panel, body > :is(header, main)");

  const words = [];
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (!node.data.trim() || !visible(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width > 1 && box.height > 1) words.push({ parent, box, text: node.data.trim().slice(0, 30), size: parseFloat(getComputedStyle(parent).fontSize) });
      }
    }
  }
  const controls = [...document.querySelectorAll("button, input, select, summary, a.button, a.button-primary")]
    .filter((element) => visible(element) && element.getBoundingClientRect().width > 1)
    .map((parent) => ({ parent, box: parent.getBoundingClientRect(), text: parent.getAttribute("aria-label") ?? parent.textContent.trim().slice(0, 30) }));

  const shared = (a, b) => [
    Math.min(a.right, b.right) - Math.max(a.left, b.left),
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
  ];
  const overlaps = [];
  for (const [list, slack] of [[words, 0.3], [controls, 0]]) {
    list.forEach((one, i) => {
      for (const other of list.slice(i + 1)) {
        if (one.parent.contains(other.parent) || other.parent.contains(one.parent)) continue;
        const [width, height] = shared(one.box, other.box);
        if (width > 2 && height > Math.max(2, slack * Math.min(one.box.height, other.box.height))) overlaps.push(`${one.text} / ${other.text}`);
      }
    });
  }
  const outside = [...words, ...controls].filter(({ box }) => box.left < -1 || box.right > innerWidth + 1).map(({ text }) => text);
  const cutOff = words
    .filter(({ parent, box }) => parent.closest(".presenter-bar") && box.bottom > innerHeight + 1)
    .map(({ text }) => text);
  const smallTargets = controls
    .filter(({ parent, box }) => parent.closest("#lecture-header, .tabitem, .tab-wrapper, .presenter") && (box.height < 43.5 || box.width < 43.5))
    .map(({ text, box }) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`);
  return {
    overlaps, outside, smallTargets, cutOff,
    sideways: document.documentElement.scrollWidth - innerWidth,
    smallestWords: Math.min(...words.map(({ size }) => size)),
    smallWords: words.filter(({ size }) => size < 24).map(({ text }) => text),
  };
}
