// The right side: one alert with everything needed to decide, or one call as it goes on.
import { button, fill, h, icon, toggle, write } from '../dom.js';
import { clock, severityName, when } from '../format.js';
import { beforePicture } from '../frame.js';
import { blank } from '../shell.js';
import { isChinese, t, tOr } from '../words.js';
import { categoryName, showFate } from './alerts.js';
import { callState, checkChip, meter } from './calls.js';
import { partsOf } from './model.js';
import { Player } from './player.js';
import { Transcript, Words } from './transcript.js';

const AROUND_S = 0.01;
const LAST_S = 10;
const SETTLE_MS = 120;
const READ_EVERY_MS = 2000;

export class Detail {
  constructor(root, model, deeds, { open, showCall, showAlert, ear }) {
    this.root = root;
    this.model = model;
    this.deeds = deeds;
    this.openCall = open;
    this.go = { showCall, showAlert };
    this.ear = ear;
    this.player = new Player();
    this.player.sounds = (on) => ear.hush(on);
    this.transcript = new Transcript();
    this.words = null;
    this.subject = null;
    this.updating = () => this.update();
    this.reading = 0;
    this.readAt = -READ_EVERY_MS;
    this.blank();
  }

  blank() {
    this.subject = null;
    fill(this.root, blank('message', t('detail.none'), t('detail.noneHint')));
  }

  showAlert(entry) {
    this.subject = { entry };
    this.follow(entry.call);
    this.player.before = () => {};
    this.player.show(entry.team, entry.alert);
    this.transcript.clear();
    this.view = alertView(entry, this);
    fill(this.root, this.view.element);
    this.root.scrollTop = 0;
    this.update();
  }

  showCall(card) {
    this.subject = { call: card.key };
    this.follow(card.key);
    this.player.before = () => this.lastSeconds(card.key);
    this.lastSeconds(card.key);
    this.transcript.clear();
    this.view = callView(card, this);
    fill(this.root, this.view.element);
    this.update();
  }

  /** What was heard just now. */
  lastSeconds(key) {
    const heard = (this.model.levels.get(key) || [LAST_S])[0];
    const { team, id: call } = partsOf(key);
    this.player.show(team, { call, start: Math.max(0, heard - LAST_S), end: Math.max(1, heard - 1) });
  }

  /** Load the words of a call once, then follow it live; not while somebody only passes by. */
  follow(key) {
    if (this.words && this.words.key === key) return;
    const words = new Words(key);
    this.words = words;
    clearTimeout(this.settling);
    this.settling = setTimeout(async () => {
      this.openCall(key);
      await words.load();
      if (this.words === words) this.update();
    }, SETTLE_MS);
  }

  /** The socket begins anew: what was said meanwhile is in the record. */
  catchUp(team) {
    if (!this.words || this.words.team !== team) return;
    this.openCall(this.words.key);
    this.readUp(team);
  }

  /** The socket left something out: it is in the record, which is read once for many such words. */
  readUp(team) {
    if (this.reading || !this.words || this.words.team !== team) return;
    const wait = Math.max(0, this.readAt + READ_EVERY_MS - performance.now());
    this.reading = setTimeout(async () => {
      this.readAt = performance.now();
      this.reading = 0;
      const { words } = this;
      await words.load();
      if (words === this.words) this.updateSoon();
    }, wait);
  }

  /** What the record has of the opening of a call that is over. */
  said(key) {
    return this.words && this.words.key === key ? [...this.words.items.values()] : [];
  }

  event(team, event) {
    if (this.words && this.words.team === team && this.words.take(event)) this.updateSoon();
  }

  updateSoon() {
    beforePicture(this.updating);
  }

  update() {
    if (!this.subject) return;
    this.view.update();
    if (!this.words) return;
    const alerts = this.model.alertsOf(this.words.key);
    const { entry } = this.subject;
    const around = entry && { start: entry.alert.start - AROUND_S, end: entry.alert.end + AROUND_S };
    this.transcript.draw(this.words, alerts, { around });
  }
}

function alertView(entry, detail) {
  const { model } = detail;
  const state = h('span', { class: 'chip hollow' });
  const title = h('h2');
  const sub = h('p', { class: 'faint' });
  const fate = h('span', { class: 'fate' });
  const quote = h('p', { class: 'big-quote' });
  const facts = h('div', { class: 'facts' });
  const history = h('ol', { class: 'history' });
  const bar = deedBar(entry, detail);
  const listen = listenButton(entry.call, detail);
  const late = h('span', { class: 'chip warn', text: t('alert.late'), title: t('alert.lateHint') });
  const sign = h('span', { class: `severity ${entry.alert.severity}` }, icon(entry.alert.severity), severityName(entry.alert.severity));
  const element = h('article', { class: 'subject', 'aria-label': t('wall.detail') },
    h('header', { class: 'head' }, h('div', { class: 'line' }, sign, state, late, fate), title, sub),
    bar.element,
    h('section', { class: 'evidence' }, quote, h('div', { class: 'hear' }, detail.player.element, listen.element)),
    h('section', {}, h('div', { class: 'line' }, h('h3', { text: t('detail.context') }),
      button(t('call.open'), { kind: 'plain small', drawing: 'right', key: 'Enter', onclick: () => detail.go.showCall(entry.call) })),
    detail.transcript.element),
    facts, h('section', {}, h('h3', { text: t('history.title') }), history));
  let shown = '';
  return {
    element,
    update() {
      const { alert, standing, actions } = entry;
      write(title, categoryName(alert));
      state.hidden = alert.state === 'confirmed';
      write(state, t(`alert.${alert.state}`));
      late.hidden = !alert.late;
      write(sub, [model.teams.length > 1 && entry.team, t('call.agent', { agent: alert.agent || '—' }), t('alert.inCall', { at: clock(alert.start) }), alert.call].filter(Boolean).join(' · '));
      showFate(fate, alert, standing, detail.model.now());
      write(quote, alert.quote ? `“${alert.quote}”` : t('alert.missing'));
      bar.update();
      listen.update();
      const card = model.calls.get(entry.call);
      const now = `${alert.state} ${alert.seq} ${actions.length} ${Boolean(card && !card.ended)}`;
      if (shown === now) return;
      shown = now;
      drawFacts(facts, entry, detail);
      drawHistory(history, entry);
    },
  };
}

function deedBar(entry, detail) {
  const { deeds } = detail;
  const acknowledge = button(t('deed.acknowledge'), { drawing: 'check', kind: 'primary', key: 'A', onclick: () => deeds.acknowledge(entry) });
  const wrong = button(t('deed.false_alarm'), { drawing: 'cross', key: 'F', onclick: () => deeds.falseAlarm(entry) });
  const prompt = button(t('deed.prompt'), { drawing: 'message', key: 'T', onclick: () => deeds.prompt(entry) });
  const escalate = button(t('deed.escalate'), { drawing: 'up', key: 'E', onclick: () => deeds.escalate(entry) });
  return {
    element: h('div', { class: 'deeds', role: 'toolbar', 'aria-label': t('deeds.title') }, acknowledge, wrong, prompt, escalate),
    update() {
      const { status, level } = entry.standing;
      acknowledge.disabled = status === 'acknowledged';
      wrong.disabled = status === 'false_alarm';
      escalate.disabled = level >= 2;
      const card = detail.model.calls.get(entry.call);
      prompt.disabled = !card || Boolean(card.ended);
      prompt.title = prompt.disabled ? t('error.call_over') : '';
    },
  };
}

/** Hear a call as it goes on; who does is on the wall of every colleague. */
function listenButton(key, detail) {
  const element = button(t('deed.live'), { drawing: 'sound', key: 'L', onclick: () => detail.ear.toggle(key) });
  const label = element.querySelector('span');
  return {
    element,
    update() {
      const card = detail.model.calls.get(key);
      const on = detail.ear.key === key;
      element.disabled = !on && (!card || Boolean(card.ended));
      element.title = element.disabled ? t('error.no_call') : t('deed.liveHint');
      toggle(element, 'on', on);
      write(label, t(on ? 'deed.liveStop' : 'deed.live'));
    },
  };
}

function drawFacts(place, entry, detail) {
  const { alert } = entry;
  const card = detail.model.calls.get(entry.call);
  const status = alert.basis_status && h('span', { class: `chip ${alert.basis_status === 'law' ? 'good' : ''}`, text: tOr(`basis.${alert.basis_status}`, alert.basis_status) });
  const sure = alert.confidence === null || alert.confidence === undefined ? null
    : h('span', { class: 'chip', text: t('detail.confidence', { n: Math.round(alert.confidence * 100) }) });
  fill(place,
    h('section', {}, h('h3', { text: t('detail.basis') }),
      alert.why && h('p', { text: alert.why }),
      alert.basis && h('p', {}, alert.basis, ' ', status),
      h('p', { class: 'line wrap' }, h('span', { class: 'chip', text: t(`match.${alert.match}`) }), sure,
        h('small', { text: t('detail.rule', { rule: alert.rule, pack: alert.pack }) }))),
    alert.advice && h('section', { class: 'advice' }, h('h3', { text: t('detail.advice') }), h('p', { text: alert.advice }),
      card && !card.ended && button(t('detail.sendAdvice'), { drawing: 'message', kind: 'small',
        onclick: () => detail.deeds.send(entry, { action: 'prompt', text: alert.advice.slice(0, 200) }) })));
}

function drawHistory(list, entry) {
  const undone = new Set(entry.actions.filter((each) => each.action === 'undo').map((each) => each.undoes));
  const rows = entry.actions.map((action) => {
    const by = action.by === 'system' ? t('system') : action.by;
    const more = action.text || (action.reason && tOr(`reason.${action.reason}`, action.reason));
    const row = h('li', {}, h('span', { class: 'time', text: when(action.at) }), h('strong', { text: by }), ' ',
      t(`history.${action.action}`), more && h('span', { class: 'faint', text: `：${more}` }));
    toggle(row, 'undone', undone.has(action.seq));
    return row;
  });
  fill(list, h('li', {}, h('span', { class: 'time', text: when(entry.raised) }), t('history.raised')), ...rows);
}

function callView(card, detail) {
  const { model } = detail;
  const time = h('span', { class: 'time big' });
  const state = h('span', { class: 'chip' });
  const prompt = h('p', { class: 'prompted' });
  const signals = h('div', { class: 'line wrap' });
  const alerts = h('div', { class: 'line wrap' });
  const checks = ['company', 'identity', 'purpose'].map((item) => checkChip(item));
  const meters = [meter('agent'), meter('customer')];
  const loud = h('span', { class: 'meters' }, ...meters.map((each) => each.element));
  const opening = h('div', { class: 'line wrap checks' }, ...checks.map((each) => each.element), loud);
  const tell = button(t('call.tell'), { drawing: 'message', kind: 'primary', key: 'T', onclick: () => detail.deeds.tell(model.calls.get(card.key) || card) });
  const listen = listenButton(card.key, detail);
  const others = h('p', { class: 'faint' });
  const back = button(t('call.back'), { drawing: 'undo', kind: 'plain', key: 'Esc', onclick: () => detail.go.showAlert() });
  const element = h('article', { class: 'subject whole', 'aria-label': t('wall.detail') },
    h('header', { class: 'head' },
      h('div', { class: 'line' }, h('h2', { text: card.agent ? t('call.agent', { agent: card.agent }) : t('call.noAgent') }), state, time),
      h('p', { class: 'faint', text: [model.teams.length > 1 && card.team, card.company, tOr(`industry.${card.industry}`, card.industry), tOr(`business.${card.business}`, card.business), card.call].filter(Boolean).join(' · ') })),
    h('div', { class: 'deeds' }, tell, back),
    others, opening,
    signals, prompt, alerts, h('div', { class: 'hear' }, detail.player.element, listen.element), detail.transcript.element);
  let listed = '';
  return {
    element,
    update() {
      const live = model.calls.get(card.key);
      const now = live || { ...card, ended: card.ended || 'hangup', items: detail.said(card.key) };
      const level = model.levels.get(card.key) || [0, 0, 0, 0];
      write(time, now.ended ? '' : clock(level[0]));
      const wrong = callState(now, level);
      write(state, now.ended ? t('call.ended') : wrong || (now.gap_s ? t('call.gap', { s: now.gap_s.toFixed(1) }) : t('call.heard')));
      state.className = `chip ${now.ended ? '' : wrong || now.gap_s ? 'warn' : 'good'}`;
      checks.forEach((each) => each.update(now, level[0]));
      opening.hidden = !now.items.length;
      loud.hidden = Boolean(now.ended);
      meters.forEach((each, place) => each.update(now.ended ? 0 : level[1 + place]));
      write(prompt, now.prompt ? t('call.prompted', { text: now.prompt }) : '');
      prompt.hidden = !now.prompt;
      tell.disabled = Boolean(now.ended);
      listen.update();
      others.hidden = !(now.listeners || []).length || Boolean(now.ended);
      write(others, others.hidden ? '' : t('call.listeners', { who: now.listeners.join(isChinese() ? '、' : ', ') }));
      const found = model.alertsOf(card.key).filter((each) => each.alert.state !== 'withdrawn');
      const shows = JSON.stringify([now.signals, found.map((each) => [each.id, each.alert.state, each.standing.status])]);
      if (shows === listed) return;
      listed = shows;
      fill(signals, ...(now.signals || []).map((each) => h('span', { class: 'chip warn', text: t(`signal.${each}`) })));
      fill(alerts, ...found.map((each) => alertChip(each, detail)));
    },
  };
}

function alertChip(entry, detail) {
  const { alert, standing } = entry;
  return h('button', { type: 'button', class: `alert-chip severity ${alert.severity} ${standing.status}`, onclick: () => detail.go.showAlert(entry) },
    icon(alert.severity, 'little'), `${clock(alert.start)} ${categoryName(alert)}`,
    standing.status !== 'new' && h('small', { text: t(`status.${standing.status}`) }));
}

