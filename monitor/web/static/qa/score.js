// The score card: what the machine suggests, what the reviewer gives.
import { button, fill, h, write } from '../dom.js';
import { note } from '../notes.js';
import { isChinese, t } from '../words.js';
import { busy, field, personName, shortTime } from './parts.js';
import { sendAct } from './review.js';

export function scorePanel(view) {
  const root = h('div', { class: 'score-card' });
  const draw = () => {
    const { card, standing } = view.told;
    const done = standing.score;
    const points = { ...(done ? done.points : card.suggested) };
    const veto = h('input', { type: 'checkbox', checked: Boolean(done && done.veto), onchange: () => total() });
    const sum = h('strong', { class: 'sum', 'aria-live': 'polite' });
    const total = () => write(sum, veto.checked ? 0 : Object.values(points).reduce((all, one) => all + one, 0));
    const may = view.may.has('alerts.review');
    const comment = h('textarea', { maxlength: '2000', value: (done && done.note) || '', disabled: !may });
    veto.disabled = !may;
    const rows = card.items.map((item) => line(item, points, card.suggested, total, may));
    const left = view.told.alerts.filter((alert) => alert.state === 'confirmed' && !standing.verdicts[alert.id]).length;
    const send = button(done ? t('qa.card.save') : t('qa.card.finish'), { drawing: 'check', kind: 'primary wide', onclick: () => busy(send, async () => {
      const now = await sendAct({ type: 'score', call: view.told.call.number, points, veto: veto.checked, note: comment.value.trim() });
      if (!now) return;
      view.changed(now);
      note(t('qa.card.done'));
      draw();
    }) });
    fill(root,
      done && h('p', { class: 'banner good' }, `${t('qa.card.done')} · ${personName(done.by)} ${shortTime(done.at)}`),
      rows,
      h('label', { class: 'line veto' }, veto, t('qa.card.veto')),
      field(t('qa.card.comment'), comment),
      h('div', { class: 'spread' }, h('span', { text: t('qa.card.total') }), sum),
      left > 0 && !done && h('p', { class: 'muted', text: t('qa.card.left', { n: left }) }),
      may && send,
      may && done && button(t('qa.card.reopen'), { kind: 'plain wide', onclick: async () => {
        const now = await sendAct({ type: 'reopen', call: view.told.call.number });
        if (now) { view.changed(now); draw(); }
      } }),
      h('small', { text: t('qa.card.policy') }));
    total();
  };
  draw();
  return root;
}

function line(item, points, suggested, changed, may) {
  const value = h('output', { class: 'points', text: String(points[item.id]) });
  const name = isChinese() ? item.zh : item.en;
  const slider = h('input', { type: 'range', class: 'bar', min: '0', max: String(item.points), step: '1', value: String(points[item.id]), disabled: !may, 'aria-label': `${name} 0–${item.points}`, oninput: () => {
    points[item.id] = Number(slider.value);
    write(value, slider.value);
    changed();
  } });
  return h('div', { class: 'score-line' }, h('span', {}, name, h('small', { text: ` ${t('qa.card.suggested', { n: suggested[item.id] })}` })), h('span', { class: 'of' }, value, `/${item.points}`), slider);
}
