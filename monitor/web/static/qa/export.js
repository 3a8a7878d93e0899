// Taking results out: masked, and on record before the file leaves.
import { api } from '../api.js';
import { askSecond, saveFile } from '../approvals.js';
import { button, fill, h } from '../dom.js';
import { ask, note } from '../notes.js';
import { explain } from '../shell.js';
import { isChinese, t } from '../words.js';
import { busy, dateTime, personName } from './parts.js';

export async function askExport(view) {
  await ask(t('qa.exportTitle'), (answer) => {
    const past = h('div', { class: 'past-exports' });
    api.get('/api/qa/exports').then(({ exports }) => {
      if (!exports.length) return;
      fill(past, h('h3', { text: t('qa.exports') }), h('table', {}, h('tbody', {}, exports.slice(0, 5).map((one) => h('tr', {},
        h('td', { text: dateTime(one.at_wall) }), h('td', { text: personName(one.by) }), h('td', { text: one.format.toUpperCase() }), h('td', { class: 'right', text: t('qa.rows', { n: one.rows }) }))))));
    }).catch(() => {});
    const take = (format) => async (event) => {
      if (await busy(event.currentTarget, () => download(view, format))) answer(true);
    };
    return h('div', { class: 'stack' }, h('p', { class: 'muted', text: t('qa.exportText', { n: view.total ?? 0 }) }), past,
      h('div', { class: 'row' }, button(t('cancel'), { kind: 'plain', onclick: () => answer(null) }),
        button(t('qa.exportCsv'), { onclick: take('csv') }), button(t('qa.exportXlsx'), { kind: 'primary', onclick: take('xlsx') })));
  });
}

async function download(view, format) {
  const query = view.query();
  query.set('format', format);
  query.set('lang', isChinese() ? 'zh' : 'en');
  try {
    saveFile(await api.blob(`/api/qa/export?${query}`), format);
    return true;
  } catch (fault) {
    if (await askSecond(fault)) return true;
    note(explain(fault), { kind: 'bad' });
    return false;
  }
}
