// The agent's own alerts: what was said, what the rule is, and a way to disagree.
import { api, oneTimeKey } from '../api.js';
import { button, fill, h, icon } from '../dom.js';
import { clock, severityName, when } from '../format.js';
import { ask, note } from '../notes.js';
import { blank, explain, failure } from '../shell.js';
import { addWords, t, tOr } from '../words.js';
import { Player } from '../wall/player.js';

addWords({
  'deed.listen': ['听这一段', 'Play this part'],
  'deed.stop': ['暂停', 'Pause'],
  'audio.none': ['这通通话没有可听的录音', 'There is no recording to hear'],
});

const MOST_TEXT = 500;

export function showOwn(agent, team) {
  return ask(t('own.mine'), (answer) => {
    const list = h('div', { class: 'own-list' }, h('p', { text: t('state.loading') }));
    load(agent, team, list);
    return h('div', {}, list, h('div', { class: 'row' }, button(t('own.back'), { onclick: () => answer(null) })));
  });
}

async function load(agent, team, list) {
  try {
    const found = await api.get(`/api/agents/${encodeURIComponent(agent)}/alerts?team=${encodeURIComponent(team)}`);
    if (found.alerts.length) fill(list, ...found.alerts.map((each) => row(each, team)));
    else fill(list, blank('check', t('own.mineNone'), t('own.mineNoneHint')));
  } catch (fault) {
    fill(list, failure(fault, () => load(agent, team, list)));
  }
}

function row({ alert, raised, status }, team) {
  const fate = h('p', { class: 'faint', text: t(`own.status.${status}`) });
  const player = new Player();
  player.show(team, alert);
  const place = h('div', { class: 'line wrap' });
  const details = h('details', {},
    h('summary', {}, h('span', { class: `severity ${alert.severity}` }, icon(alert.severity), severityName(alert.severity)),
      h('strong', { text: tOr(`category.${alert.category}`, alert.category) }), h('small', { text: when(raised) })),
    alert.quote && h('p', { class: 'quoted', text: `${clock(alert.start)} “${alert.quote}”` }),
    player.element,
    alert.why && h('p', { text: alert.why }),
    alert.basis && h('p', { class: 'faint', text: alert.basis }),
    alert.advice && h('p', { text: t('own.say.instead', { text: alert.advice }) }),
    fate, place);
  details.addEventListener('toggle', () => details.open && drawAppeal(place, alert, team), { once: true });
  return details;
}

async function drawAppeal(place, alert, team) {
  const address = `/api/alerts/${encodeURIComponent(alert.id)}/appeal`;
  const again = button(t('own.appeal'), { drawing: 'message', onclick: async () => {
    const text = await askText();
    if (!text) return;
    try {
      await api.post(`${address}?team=${encodeURIComponent(team)}`, { text, key: oneTimeKey() });
      fill(place, h('span', { class: 'chip', text: t('own.appealed') }));
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  } });
  try {
    const { appeal } = await api.get(`${address}?team=${encodeURIComponent(team)}`);
    if (appeal) fill(place, h('span', { class: 'chip', text: appeal.decision ? tOr(`own.appeal.${appeal.decision}`, appeal.decision) : t('own.appealed') }), appeal.note && h('p', { text: appeal.note }));
    else fill(place, again);
  } catch {
    fill(place, again);
  }
}

function askText() {
  return ask(t('own.appealTitle'), (answer) => {
    const area = h('textarea', { maxlength: MOST_TEXT, rows: 4, 'aria-label': t('own.appealTitle') });
    const form = h('form', { class: 'stack' }, area, h('small', { text: t('own.appealHint') }),
      h('div', { class: 'row' }, button(t('cancel'), { onclick: () => answer(null) }),
        h('button', { class: 'button primary', type: 'submit', text: t('send') })));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (area.value.trim()) answer(area.value.trim());
      else area.focus();
    };
    return form;
  });
}
