// The alerts of a tab, one row each.
import { h, icon, toggle, write } from '../dom.js';
import { age, clock, severityName } from '../format.js';
import { VirtualList } from '../list.js';
import { t, tOr } from '../words.js';

export const categoryName = (alert) => tOr(`category.${alert.category}`, alert.category);

export function alertList(root, model, onChoose) {
  return new VirtualList(root, {
    rowHeight: 86, label: t('wall.alerts'), onChoose,
    key: (entry) => entry.id,
    create: (entry) => alertRow(entry, model),
  });
}

function alertRow(entry, model) {
  const sign = h('span', { class: 'sign' });
  const category = h('strong');
  const state = h('span', { class: 'chip hollow' });
  const old = h('span', { class: 'time' });
  const quote = h('div', { class: 'quote' });
  const who = h('span', { class: 'faint' });
  const fate = h('span', { class: 'fate' });
  const element = h('div', { class: 'alert-row' }, sign,
    h('div', { class: 'line' }, category, state, old), quote, h('div', { class: 'line' }, who, fate));
  let severity = '';
  return {
    element,
    update({ alert, standing, raised, team }) {
      if (severity !== alert.severity) {
        severity = alert.severity;
        element.dataset.severity = severity;
        sign.className = `sign severity ${severity}`;
        sign.replaceChildren(icon(severity), h('small', { text: severityName(severity) }));
      }
      write(category, categoryName(alert));
      showState(state, alert);
      write(old, age(model.now() - raised));
      write(quote, alert.quote ? `“${alert.quote}”` : t('alert.missing'));
      const times = (alert.count > 1 ? ` · ${t('alert.hits', { count: alert.count })}` : '') + (alert.late ? ` · ${t('alert.late')}` : '');
      write(who, `${model.teams.length > 1 ? `${team} · ` : ''}${t('call.agent', { agent: alert.agent || '—' })} · ${t('alert.inCall', { at: clock(alert.start) })}${times}`);
      showFate(fate, alert, standing, model.now());
      toggle(element, 'provisional', alert.state === 'provisional');
      toggle(element, 'urgent', standing.level > 0 && standing.status === 'new');
    },
  };
}

/** Provisional and withdrawn are said in words; confirmed goes without saying. */
export function showState(chip, alert) {
  chip.hidden = alert.state === 'confirmed';
  write(chip, t(`alert.${alert.state}`));
  chip.title = alert.state === 'provisional' ? t('alert.provisionalHint') : '';
}

/** Who settled it, or when it goes up. */
export function showFate(place, alert, standing, now) {
  let text = '';
  if (standing.status !== 'new') text = t('status.by', { status: t(`status.${standing.status}`), by: standing.by });
  else if (standing.due) text = standing.due > now ? t('alert.escalates', { s: clock(standing.due - now) }) : t('alert.escalatesNow');
  const up = standing.level > 0 && standing.status === 'new';
  write(place, [up && t('alert.level', { n: standing.level }), text].filter(Boolean).join(' · '));
  place.dataset.status = standing.status;
  toggle(place, 'up', up);
}
