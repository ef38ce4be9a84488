export const byId = id => document.getElementById(id);

/** An element with attributes and children; properties of the element itself, like `textContent`, count as attributes. */
export function element(tag, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

/** Screen readers repeat a live region that is written again, so it is written only when it changes. */
export function write(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

export const number = value => value.toLocaleString("en");

export const millis = value => (value < 1000 ? `${number(value)} ms` : `${number(Math.round(value / 10) / 100)} s`);

export const count = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
