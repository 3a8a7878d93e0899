// The table of keys: what each does, shown with ?.
import { h } from './dom.js';
import { ask } from './notes.js';
import { t } from './words.js';

/** `rows` are [key, key…, text]. */
export function showKeyTable(rows) {
  return ask(t('keys.title'), () => h('dl', { class: 'keys' },
    ...rows.flatMap((row) => [
      h('dt', {}, ...row.slice(0, -1).map((key) => h('kbd', { text: key }))),
      h('dd', { text: t(row[row.length - 1]) }),
    ])));
}
