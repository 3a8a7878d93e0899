// The keyboard of the wall, and the table that explains it.
import { showKeyTable } from '../keyhelp.js';

const TABLE = [
  ['J', 'K', 'key.jk'], ['Enter', 'key.enter'], ['A', 'key.a'], ['F', 'key.f'], ['T', 'key.t'], ['E', 'key.e'],
  ['U', 'key.u'], ['P', 'key.p'], ['L', 'key.l'], ['M', 'key.m'], ['Q', 'key.q'], ['/', 'key.search'], ['Esc', 'key.escape'], ['?', 'key.help'],
];

/** Call `actions[key]` for a key pressed outside of inputs and dialogs. */
export function listen(actions) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector('dialog[open]')) return;
    const inside = event.target.closest && event.target.closest('input, textarea, select');
    if (inside && event.key !== 'Escape') return;
    if (inside) inside.blur();
    const onButton = event.target.closest && event.target.closest('button, a');
    if (event.key === 'Enter' && onButton) return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

export function showKeys() {
  return showKeyTable(TABLE);
}
