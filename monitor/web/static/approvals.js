// What one person alone may not do: one asks, another agrees, then it happens once.
import { api } from './api.js';
import { button, fill, h, icon, write } from './dom.js';
import { when } from './format.js';
import { ask, note } from './notes.js';
import { t, tOr } from './words.js';

const LOOK_MS = 30_000;
const MOST_TEXT = 500;
const GOOD_FOR_S = 86_400;

/** Whether the fault only says that a second person is needed; then ask for one. */
export async function askSecond(fault) {
  const { action, about } = (fault.content && fault.content.error) || {};
  if (fault.code !== 'second_person' || !action || !about) return false;
  const reason = await askReason(action);
  if (!reason) return true;
  try {
    await api.post('/api/approvals', { action, about, reason });
    note(t('approval.asked'));
  } catch (other) {
    note(said(other), { kind: 'bad' });
  }
  return true;
}

const said = (fault) => tOr(`error.${fault.code}`, t('error.other', { message: fault.message }));

function askReason(action) {
  return ask(t('approval.need'), (answer) => {
    const area = h('textarea', { maxlength: MOST_TEXT, rows: '3', 'aria-label': t('approval.reason'), placeholder: t('approval.reasonHint') });
    const form = h('form', { class: 'stack' },
      h('p', { text: t('approval.why', { action: tOr(`approval.${action}`, action) }) }), area,
      h('div', { class: 'row' }, button(t('cancel'), { onclick: () => answer(null) }),
        h('button', { class: 'button primary', type: 'submit', text: t('approval.ask') })));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (area.value.trim().length >= 2) answer(area.value.trim());
      else area.focus();
    };
    return form;
  });
}

/** The button in the header: how many wait for this person, and the list of them. */
export function approvalsButton(session) {
  if (!(session.actions || []).includes('approvals.read')) return null;
  const count = h('b', { class: 'bubble', hidden: true });
  const element = h('button', { type: 'button', class: 'icon-button approvals', 'aria-label': t('approval.title'), title: t('approval.title'), onclick: () => open() },
    icon('people'), count);
  const look = async () => {
    try {
      const { approvals } = await api.get('/api/approvals?limit=100');
      const mine = approvals.filter((one) => forMe(one, session));
      write(count, mine.length);
      count.hidden = mine.length === 0;
    } catch {
      count.hidden = true;
    }
  };
  const open = async () => {
    await showAll(session);
    look();
  };
  look();
  setInterval(look, LOOK_MS);
  return element;
}

/** To be decided by this person, or agreed to and waiting to be done by this person. */
function forMe(one, session) {
  const own = isOwn(one, session);
  return own ? canUse(one) : one.decided_by === null;
}

const isOwn = (one, session) => one.asked_by === `user:${session.name}`;

const canUse = (one) => Boolean(one.agreed) && one.used_wall === null && one.action === 'calls.export'
  && Date.now() / 1000 - one.asked_wall < GOOD_FOR_S;

function showAll(session) {
  return ask(t('approval.title'), () => {
    const list = h('div', { class: 'approval-list' });
    const load = async () => {
      try {
        const { approvals } = await api.get('/api/approvals?limit=100');
        if (approvals.length) fill(list, approvals.map((one) => card(one, session, load)));
        else fill(list, h('p', { text: t('approval.none') }));
      } catch (fault) {
        fill(list, h('p', { class: 'fault', text: said(fault) }));
      }
    };
    fill(list, h('p', { text: t('state.loading') }));
    load();
    return list;
  });
}

function card(one, session, load) {
  const decide = (agree) => async () => {
    try {
      await api.post(`/api/approvals/${one.number}`, { agree });
      note(t(agree ? 'approval.agreed' : 'approval.refused'));
    } catch (fault) {
      note(said(fault), { kind: 'bad' });
    }
    load();
  };
  const own = isOwn(one, session);
  const open = one.decided_by === null;
  return h('article', { class: 'card' },
    h('div', { class: 'line' }, h('strong', { text: tOr(`approval.${one.action}`, one.action) }), h('span', { class: `chip ${kind(one)}`, text: t(`approval.state.${state(one)}`) })),
    h('p', { class: 'about', text: one.about }), h('p', { text: one.reason }),
    h('small', { text: t('approval.by', { who: person(one.asked_by), at: when(one.asked_wall) }) }),
    one.decided_by && h('small', { text: t('approval.decidedBy', { who: person(one.decided_by) }) }),
    open && own && h('small', { text: t('approval.own') }),
    open && !own && h('div', { class: 'line' }, button(t('approval.agree'), { drawing: 'check', kind: 'primary', onclick: decide(true) }),
      button(t('approval.refuse'), { drawing: 'cross', onclick: decide(false) })),
    own && canUse(one) && button(t('approval.use'), { drawing: 'download', kind: 'primary', onclick: () => take(one, load) }));
}

const person = (label) => String(label).replace(/^(user|token):/, '');

function state(one) {
  if (one.decided_by === null) return 'open';
  if (!one.agreed) return 'refused';
  return one.used_wall === null ? 'agreed' : 'used';
}

const kind = (one) => ({ open: 'warn', refused: 'bad', agreed: 'good', used: 'hollow' })[state(one)];

/** Do what was agreed to: the same request again. */
async function take(one, load) {
  try {
    const format = new URLSearchParams(one.about).get('format') || 'csv';
    saveFile(await api.blob(`/api/qa/export?${one.about}`), format);
  } catch (fault) {
    note(said(fault), { kind: 'bad' });
  }
  load();
}

/** Hand a file to the person; its name begins with what it is. */
export function saveFile(file, format) {
  const name = `review-${new Date().toISOString().slice(0, 10)}.${format}`;
  const link = h('a', { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  note(t('approval.saved', { name }));
}
