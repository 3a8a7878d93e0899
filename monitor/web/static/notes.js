// Short messages at the foot of the page, with a way to take the step back; and dialogs.
import { button, fill, h, iconButton } from './dom.js';
import { t } from './words.js';

const STAY_MS = 8000;
const MOST = 3;
let place = null;

/** Say something; `undo` adds a button that takes it back, `key` does the same. Returns a function that removes it. */
export function note(text, { undo = null, key = '', kind = '' } = {}) {
  if (!place || !place.isConnected) {
    place = h('div', { class: 'notes', role: 'status', 'aria-live': 'polite' });
    document.body.append(place);
  }
  const remove = () => row.remove();
  const row = h('div', { class: `note ${kind}`.trim() }, h('span', { text }),
    undo && button(t('undo'), { drawing: 'undo', key, onclick: () => { remove(); undo(); } }));
  place.append(row);
  while (place.children.length > MOST) place.firstChild.remove();
  setTimeout(remove, STAY_MS);
  return remove;
}

/**
 * Ask something in a dialog; `draw(answer)` returns its content and calls `answer(value)` when it
 * is settled. Resolves with the value, or null when it was closed.
 */
export function ask(title, draw) {
  return new Promise((done) => {
    const dialog = h('dialog', { class: 'ask', 'aria-labelledby': 'ask-title' });
    let value = null;
    const answer = (given) => { value = given; dialog.close(); };
    fill(dialog, h('header', {}, h('h2', { id: 'ask-title', text: title }), iconButton(t('close'), 'cross', () => dialog.close())), draw(answer));
    dialog.addEventListener('close', () => { dialog.remove(); done(value); });
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
    const first = dialog.querySelector('[autofocus], input, textarea, select, .choice');
    if (first) first.focus();
  });
}
