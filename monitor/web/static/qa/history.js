// Everything people did with this call, newest first.
import { fill, h, icon } from '../dom.js';
import { blank } from '../shell.js';
import { t } from '../words.js';
import { categoryName, dateTime, personName } from './parts.js';

const DRAWINGS = { assign: 'user', verdict: 'qa', miss: 'high', score: 'check', reopen: 'undo', appeal: 'message', decision: 'rules' };

export function historyPanel(view) {
  const root = h('div', { class: 'history' });
  root.update = () => {
    const acts = [...view.told.history].reverse();
    if (!acts.length) return fill(root, blank('clock', t('history.none')));
    return fill(root, h('ol', {}, acts.map((act) => h('li', {}, icon(DRAWINGS[act.kind] || 'help', 'little'),
      h('div', {}, h('p', {}, h('strong', { text: personName(act.by) }), ' ', sentence(act, view)), act.note && h('p', { class: 'quote', text: act.note }), act.text && h('p', { class: 'quote', text: act.text }), h('small', { text: dateTime(act.at) }))))));
  };
  root.update();
  return root;
}

function sentence(act, view) {
  const alert = view.told.alerts.find((each) => each.id === act.alert);
  const about = alert ? `「${categoryName(alert.category)}」` : '';
  switch (act.kind) {
    case 'assign': return (act.to ? t('history.assign', { to: personName(act.to) }) : t('history.unassign')) + (act.sample ? ` · ${t('history.sample', { n: act.sample })}` : '');
    case 'verdict': return `${about} → ${t(`qa.${act.verdict}`)}`;
    case 'decision': return `${about} ${t(`qa.${act.verdict}`)}`;
    case 'appeal': return `${t('history.appeal')} ${about}`;
    case 'miss': return t('history.miss', { category: categoryName(act.category) });
    case 'score': return t('history.score', { total: act.total });
    default: return t(`history.${act.kind}`);
  }
}
