// What the address holds for a section, as `read` understands it: a state, or null where there is none. One that cannot be
// read is said and taken out.
export function sharedState(section, read) {
  const { lecture } = window;
  const text = lecture.parameter(section);
  const state = text === null ? null : read(text);
  if (text !== null && !state) {
    lecture.say("unreadableState");
    lecture.setAddress(section, null);
  }
  return state;
}

// `open` gets each state that its section is brought to from now on.
export function onOpen(section, read, open) {
  document.addEventListener("lecture:open", ({ detail }) => {
    const state = detail.section === section ? sharedState(section, read) : null;
    if (state) open(state);
  });
}
