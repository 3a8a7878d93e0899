// What a supervisor does about an alert: each step can be taken back, and happens once even when
// the network answers late.
import { api, oneTimeKey } from '../api.js';
import { button, h } from '../dom.js';
import { ask, note } from '../notes.js';
import { explain } from '../shell.js';
import { t } from '../words.js';
import { categoryName } from './alerts.js';

const REASONS = ['misheard', 'context', 'allowed', 'not_agent', 'strict'];
const MOST_TEXT = 200;
const STEPS_KEPT = 50;

export class Deeds {
  constructor(model, { told, again }) {
    this.model = model;
    this.told = told;
    this.again = again;
    this.steps = [];
  }

  acknowledge(entry) {
    return this.send(entry, { action: 'acknowledge' });
  }

  escalate(entry) {
    return this.send(entry, { action: 'escalate' });
  }

  async falseAlarm(entry) {
    const reason = await askReason();
    return reason && this.send(entry, { action: 'false_alarm', reason });
  }

  async prompt(entry) {
    const text = await askText(entry.alert.agent, entry.alert.advice);
    return text && this.send(entry, { action: 'prompt', text });
  }

  /** A sentence for the agent of a live call that has no alert. */
  async tell(card) {
    const text = await askText(card.agent, '');
    if (!text) return;
    const address = `/api/calls/${encodeURIComponent(card.call)}/prompts?team=${encodeURIComponent(card.team)}`;
    try {
      await api.post(address, { text });
      this.offer(t('done.prompt'), () => api.post(address, { text: '' })
        .then(() => note(t('done.undo')), (fault) => note(explain(fault), { kind: 'bad' })));
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  }

  /** Take back this person's last step on this page. */
  undo() {
    const step = this.steps.pop();
    if (step) step();
    else note(t('deed.nothing'));
  }

  async send(entry, deed) {
    const address = `/api/alerts/${encodeURIComponent(entry.alert.id)}/actions?team=${encodeURIComponent(entry.team)}`;
    const body = { ...deed, key: oneTimeKey() };
    try {
      const action = await api.post(address, body);
      this.told(entry.team, action);
      if (deed.action === 'undo') {
        note(t('done.undo'));
        this.again(entry);
      } else this.offerUndo(entry, action);
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  }

  offerUndo(entry, action) {
    const what = categoryName(entry.alert);
    this.offer(t(`done.${action.action}`, { what }), () => this.send(entry, { action: 'undo', undoes: action.seq }));
  }

  /** Say what was done; by the button or by the key it is taken back, once. */
  offer(text, takeBack) {
    let remove = () => {};
    const step = () => {
      remove();
      this.steps = this.steps.filter((each) => each !== step);
      takeBack();
    };
    this.steps = [...this.steps, step].slice(-STEPS_KEPT);
    remove = note(text, { undo: step, key: 'U' });
  }
}

function askReason() {
  return ask(t('reason.title'), (answer) => {
    const other = h('input', { maxlength: MOST_TEXT, placeholder: t('reason.otherHint'), 'aria-label': t('reason.other') });
    const form = h('form', { class: 'stack' },
      ...REASONS.map((each, place) => button(t(`reason.${each}`), { kind: 'choice', key: place + 1, onclick: () => answer(each) })),
      h('div', { class: 'with-button' }, other, h('button', { class: 'button', type: 'submit', text: t('reason.other') })));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (other.value.trim()) answer(other.value.trim());
      else other.focus();
    };
    form.onkeydown = (event) => {
      if (event.target !== other && REASONS[event.key - 1]) answer(REASONS[event.key - 1]);
    };
    return form;
  });
}

function askText(agent, advice) {
  return ask(t('prompt.title', { agent }), (answer) => {
    const area = h('textarea', { id: 'prompt-text', maxlength: MOST_TEXT, rows: 3, value: advice || '' });
    const suggested = [advice, t('prompt.pause'), t('prompt.close'), t('prompt.handover')].filter(Boolean);
    const go = () => (area.value.trim() ? answer(area.value.trim()) : area.focus());
    const form = h('form', { class: 'stack' },
      h('label', { for: 'prompt-text', text: t('prompt.own') }), area,
      h('small', { text: t('prompt.hint') }),
      h('div', { class: 'stack', role: 'group', 'aria-label': t('prompt.suggested') },
        ...suggested.map((text) => button(text, { kind: 'choice', onclick: () => { area.value = text; area.focus(); } }))),
      h('div', { class: 'row' }, button(t('cancel'), { onclick: () => answer(null) }),
        h('button', { class: 'button primary', type: 'submit', text: t('send') })));
    form.onsubmit = (event) => { event.preventDefault(); go(); };
    area.onkeydown = (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) go(); };
    return form;
  });
}
