// A list of any length that draws only the rows in sight, each of them once.
import { beforePicture } from './frame.js';

const SPARE = 4;

/**
 * `rowHeight` in pixels, `key(item)` names an item for good, `create(item)` gives
 * `{element, update(item)}`. Rows are moved, not rebuilt, when the order changes.
 */
export class VirtualList {
  constructor(root, { rowHeight, key, create, label, onChoose }) {
    this.root = root;
    this.rowHeight = rowHeight;
    this.key = key;
    this.create = create;
    this.onChoose = onChoose;
    this.items = [];
    this.places = new Map();
    this.rows = new Map();
    this.chosen = null;
    this.drawing = () => this.draw();
    this.space = document.createElement('div');
    this.space.className = 'list-space';
    this.space.setAttribute('role', 'presentation');
    root.classList.add('list');
    root.setAttribute('role', 'listbox');
    root.setAttribute('aria-label', label);
    root.tabIndex = 0;
    root.append(this.space);
    // kept, because to ask for them after a change makes the browser lay out the page at once
    this.top = 0;
    this.height = innerHeight;
    root.addEventListener('scroll', () => { this.top = root.scrollTop; this.drawSoon(); }, { passive: true });
    root.addEventListener('click', (event) => this.click(event));
    new ResizeObserver(() => {
      this.top = root.scrollTop;
      this.height = root.clientHeight;
      this.drawSoon();
    }).observe(root);
  }

  /** Show these items in this order. */
  set(items) {
    this.items = items;
    this.places.clear();
    items.forEach((item, place) => this.places.set(this.key(item), place));
    this.drawSoon();
  }

  choose(key, { scroll = true } = {}) {
    this.chosen = key;
    if (scroll && this.places.has(key)) this.reveal(this.places.get(key));
    this.drawSoon();
  }

  /** The key `step` places away from the chosen one; the first if none is chosen. */
  neighbour(step) {
    if (!this.items.length) return null;
    const here = this.places.get(this.chosen);
    const place = here === undefined ? 0 : Math.min(this.items.length - 1, Math.max(0, here + step));
    return this.key(this.items[place]);
  }

  reveal(place) {
    const top = place * this.rowHeight;
    const bottom = top + this.rowHeight;
    if (top < this.top) this.scrollTo(top);
    else if (bottom > this.top + this.height) this.scrollTo(bottom - this.height);
  }

  scrollTo(top) {
    this.stretch();
    this.root.scrollTop = top;
    this.top = top;
  }

  /** As high as all items are. */
  stretch() {
    const height = this.items.length * this.rowHeight;
    if (this.stretched === height) return;
    this.stretched = height;
    this.space.style.height = `${height}px`;
  }

  click(event) {
    const row = event.target.closest('[data-key]');
    if (row && this.root.contains(row)) this.onChoose(row.dataset.key);
  }

  drawSoon() {
    beforePicture(this.drawing);
  }

  draw() {
    this.stretch();
    const first = Math.max(0, Math.floor(this.top / this.rowHeight) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((this.top + this.height) / this.rowHeight) + SPARE);
    const wanted = new Set();
    for (let place = first; place < last; place += 1) wanted.add(this.key(this.items[place]));
    for (const [key, row] of this.rows) {
      if (!wanted.has(key)) {
        row.element.remove();
        this.rows.delete(key);
      }
    }
    let next = this.space.firstElementChild;
    for (let place = first; place < last; place += 1) {
      const { element } = this.show(this.items[place], place);
      // who reads the page aloud follows the order of the elements, not where they are drawn
      if (element === next) next = next.nextElementSibling;
      else this.space.insertBefore(element, next);
    }
    const chosen = this.rows.get(this.chosen);
    const active = chosen ? chosen.element.id : '';
    if (active === this.active) return;
    this.active = active;
    if (active) this.root.setAttribute('aria-activedescendant', active);
    else this.root.removeAttribute('aria-activedescendant');
  }

  show(item, place) {
    const key = this.key(item);
    let row = this.rows.get(key);
    if (!row) {
      row = this.create(item);
      row.place = -1;
      row.element.classList.add('list-row');
      row.element.dataset.key = key;
      row.element.id = `row-${++VirtualList.made}`;
      row.element.setAttribute('role', 'option');
      this.rows.set(key, row);
    }
    if (row.place !== place) {
      row.place = place;
      row.element.style.transform = `translateY(${place * this.rowHeight}px)`;
      row.element.setAttribute('aria-posinset', place + 1);
    }
    if (row.of !== this.items.length) {
      row.of = this.items.length;
      row.element.setAttribute('aria-setsize', row.of);
    }
    const chosen = key === this.chosen;
    if (row.chosen !== chosen) {
      row.chosen = chosen;
      row.element.setAttribute('aria-selected', String(chosen));
    }
    row.update(item);
    return row;
  }
}
VirtualList.made = 0;
