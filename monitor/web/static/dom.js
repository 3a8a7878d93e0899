// Building the page. Text only ever goes in as text: there is no way to pass markup.

const SVG = 'http://www.w3.org/2000/svg';
const SAFE_LINK = /^(\/(?!\/)|#|blob:)/;

/** An element. `props`: class, text, value, on{event}, any attribute; null and false are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  add(element, children);
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'text') element.textContent = value;
  else if (name === 'class') element.className = value;
  else if (name === 'value' || name === 'checked' || name === 'disabled') element[name] = value;
  else if (name.startsWith('on')) {
    if (typeof value !== 'function') throw new TypeError(`${name} must be a function`);
    element.addEventListener(name.slice(2), value);
  } else if (name === 'href' || name === 'src') {
    if (!SAFE_LINK.test(value)) throw new TypeError(`not a link of ours: ${value}`);
    element.setAttribute(name, value);
  } else element.setAttribute(name, value === true ? '' : value);
}

function add(element, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Put `children` in place of whatever the element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** Change the text only if it differs: an unchanged node costs no layout. */
export function write(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function toggle(element, name, on) {
  if (element.classList.contains(name) !== on) element.classList.toggle(name, on);
}

const SHAPES = {
  wave: ['M2 13h4l2-7 4 13 3-9 2 3h5'],
  wall: ['M3 4h18v12H3z', 'M8 20h8', 'M12 16v4'],
  agent: ['M4 14v-2a8 8 0 0 1 16 0v2', 'M4 14h3v5H5a1 1 0 0 1-1-1z', 'M20 14h-3v5h2a1 1 0 0 0 1-1z'],
  qa: ['M8 4h8v3H8z', 'M16 5h3v15H5V5h3', 'M9 13l2 2 4-4'],
  rules: ['M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3z', 'M5 17a3 3 0 0 1 3-3h11', 'M9 8h6'],
  overview: ['M4 20V4', 'M4 20h16', 'M8 16v-4', 'M12 16V8', 'M16 16v-6'],
  people: ['M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z', 'M3 20a6 6 0 0 1 12 0', 'M16 5a3 3 0 0 1 0 6', 'M18 14a6 6 0 0 1 3 6'],
  critical: ['M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2z', 'M12 7.5v5.5', 'M12 16.4v.2'],
  high: ['M12 3.5 21.5 20h-19z', 'M12 10v4.5', 'M12 17.2v.2'],
  medium: ['M12 3l9 9-9 9-9-9z', 'M12 8.5v4', 'M12 15.4v.2'],
  low: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 11v5', 'M12 7.9v.2'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  cross: ['M6 6l12 12', 'M18 6L6 18'],
  up: ['M12 19V6', 'M6 12l6-6 6 6'],
  message: ['M4 5h16v11H10l-4 4v-4H4z', 'M8 9h8', 'M8 12h5'],
  play: ['M8 5l11 7-11 7z'],
  pause: ['M8 5v14', 'M16 5v14'],
  undo: ['M9 7L4 12l5 5', 'M4 12h10a5 5 0 0 1 5 5v1'],
  sound: ['M4 10v4h3l5 4V6l-5 4z', 'M15.5 9a4 4 0 0 1 0 6', 'M18 6.5a8 8 0 0 1 0 11'],
  mute: ['M4 10v4h3l5 4V6l-5 4z', 'M16 10l4 4', 'M20 10l-4 4'],
  bell: ['M6 16V11a6 6 0 0 1 12 0v5l2 2H4z', 'M10 21h4'],
  quiet: ['M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z'],
  sun: ['M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', 'M12 2v3', 'M12 19v3', 'M2 12h3', 'M19 12h3', 'M5 5l2 2', 'M17 17l2 2', 'M19 5l-2 2', 'M7 17l-2 2'],
  theme: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 3v18', 'M12 7h4.5', 'M12 11h7', 'M12 15h6'],
  moon: ['M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z'],
  globe: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M3 12h18', 'M12 3c3 3 3 15 0 18', 'M12 3c-3 3-3 15 0 18'],
  keys: ['M3 6h18v12H3z', 'M7 10h.1', 'M12 10h.1', 'M17 10h.1', 'M8 14h8'],
  user: ['M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z', 'M4 21a8 8 0 0 1 16 0'],
  leave: ['M10 4H5v16h5', 'M14 8l4 4-4 4', 'M18 12H9'],
  search: ['M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z', 'M16.5 16.5L21 21'],
  clock: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7v5l3.5 2'],
  cut: ['M4 12h4', 'M16 12h4', 'M10 8l4 8'],
  help: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7', 'M12 16.6v.2'],
  phone: ['M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z'],
  window: ['M3 5h18v14H3z', 'M12 12h7v5h-7z'],
  book: ['M5 4h14v16H5z', 'M9 8h6', 'M9 12h6'],
  right: ['M9 5l7 7-7 7'],
  download: ['M12 4v11', 'M7 10.5l5 5 5-5', 'M4 20h16'],
  dice: ['M4 4h16v16H4z', 'M8.5 8.5h.1', 'M12 12h.1', 'M15.5 15.5h.1'],
  down: ['M5 9l7 7 7-7'],
  filter: ['M4 5h16l-6 8v6l-4-2v-4z'],
};

/** A line drawing, 24 units wide; it is decoration, its meaning must stand beside it. */
export function icon(name, extra = '') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon ${extra}`.trim());
  svg.setAttribute('aria-hidden', 'true');
  for (const line of SHAPES[name] || SHAPES.help) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', line);
    svg.append(path);
  }
  return svg;
}

/** A button with a drawing and a label; `key` is shown as its keyboard shortcut. */
export function button(label, { drawing, kind = '', key, onclick, ...rest } = {}) {
  return h('button', { type: 'button', class: `button ${kind}`.trim(), onclick, ...rest },
    drawing && icon(drawing), h('span', { text: label }), key && h('kbd', { text: key }));
}

/** A button that is only a drawing; its label is read aloud and shown on hover. */
export function iconButton(label, drawing, onclick, extra = {}) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...extra },
    icon(drawing));
}
