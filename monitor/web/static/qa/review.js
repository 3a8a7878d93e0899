// The alerts of a call and what a person makes of each: upheld, false alarm, needs training.
import { api, oneTimeKey } from '../api.js';
import { button, fill, h, icon, toggle } from '../dom.js';
import { clock } from '../format.js';
import { ask, note } from '../notes.js';
import { blank, explain } from '../shell.js';
import { t, tOr } from '../words.js';
import { CATEGORIES, busy, categoryName, choice, field, personName, severityMark, shortTime } from './parts.js';

const VERDICTS = [['upheld', 'check'], ['false_alarm', 'cross'], ['training', 'book']];

/** Send one act; the standing after it, or null. */
export async function sendAct(act) {
  try {
    return (await api.post('/api/reviews', { act: { key: oneTimeKey(), ...act } })).standing;
  } catch (fault) {
    note(explain(fault), { kind: 'bad' });
    return null;
  }
}

export class AlertPanel {
  constructor(view) {
    this.view = view;
    this.alerts = view.told.alerts;
    this.cards = new Map();
    this.element = h('div', { class: 'alert-cards' });
    this.draw();
  }

  get standing() {
    return this.view.told.standing;
  }

  draw() {
    if (!this.alerts.length && !this.standing.misses.length) {
      fill(this.element, blank('check', t('qa.noAlerts'), this.view.may.has('alerts.review') ? t('qa.noAlertsText') : ''));
      return;
    }
    fill(this.element, this.alerts.map((alert) => this.card(alert)), this.misses = h('div', { class: 'stack' }));
    this.update();
  }

  card(alert) {
    const withdrawn = alert.state === 'withdrawn';
    const verdict = h('div', { class: 'verdict' });
    const appeal = h('div', { class: 'appeal-place' });
    const element = h('article', { class: `alert-card ${alert.severity} ${withdrawn ? 'withdrawn' : ''}`, 'data-alert': alert.id, tabindex: '-1' },
      h('header', { class: 'line' }, severityMark(alert.severity), h('h3', { text: categoryName(alert.category) }), h('span', { class: 'gap' }),
        h('button', { type: 'button', class: 'button at', title: t('qa.hear'), 'aria-label': `${t('qa.hear')} ${clock(alert.start)}`, onclick: () => { this.choose(alert.id, { seek: false }); this.view.player.play(Math.max(0, alert.start - 2), alert.end + 1.5); } }, icon('play', 'little'), clock(alert.start))),
      alert.quote && h('blockquote', { text: alert.quote }),
      withdrawn && h('p', { class: 'chip hollow', text: t('qa.withdrawn') }),
      h('p', { class: 'why', text: alert.why }),
      h('dl', {},
        alert.basis && [h('dt', { text: t('qa.basis') }), h('dd', {}, alert.basis, ' ', alert.basis_status && h('span', { class: `chip ${alert.basis_status === 'law' ? 'good' : alert.basis_status === 'unverified' ? 'warn' : ''}`, text: t(`basis.${alert.basis_status}`) }))],
        alert.advice && [h('dt', { text: t('qa.advice') }), h('dd', { text: alert.advice })]),
      h('p', { class: 'line small' }, h('span', { class: 'chip hollow', text: t(`match.${alert.match}`) }), h('a', { href: `/rules#/rule/${encodeURIComponent(alert.rule)}`, text: t('qa.openRule') }), h('small', { class: 'mono', text: alert.pack })),
      this.deeds(alert), !withdrawn && verdict, appeal);
    element.addEventListener('click', (event) => { if (!event.target.closest('button, a, textarea, input')) this.choose(alert.id); });
    this.cards.set(alert.id, { alert, element, verdict, appeal });
    return element;
  }

  /** What supervisors did about it while the call ran. */
  deeds(alert) {
    const done = (this.view.told.deeds || {})[alert.id];
    if (!done) return null;
    return h('ul', { class: 'deeds' }, done.map((deed) => h('li', {}, icon(deed.action === 'false_alarm' ? 'cross' : deed.action === 'escalate' ? 'up' : deed.action === 'prompt' ? 'message' : deed.action === 'undo' ? 'undo' : 'check', 'little'),
      h('span', {}, `${personName(deed.by)} ${t(`deed.${deed.action}`)} `, h('small', { text: shortTime(deed.at) }), deed.reason && ` ${tOr(`deed.reason.${deed.reason}`, deed.reason)}`))));
  }

  update() {
    for (const one of this.cards.values()) {
      this.drawVerdict(one);
      this.drawAppeal(one);
    }
    if (!this.misses) return;
    fill(this.misses, this.standing.misses.map((miss) => h('article', { class: 'alert-card miss' },
      h('header', { class: 'line' }, h('span', { class: 'chip warn', text: t('qa.missed') }), h('h3', { text: categoryName(miss.category) }), h('span', { class: 'gap' }), h('small', { text: clock(miss.start) })),
      h('blockquote', { text: miss.quote }), miss.note && h('p', { text: miss.note }), h('small', { text: `${personName(miss.by)} ${shortTime(miss.at)}` }))));
  }

  drawVerdict({ alert, verdict }) {
    const now = this.standing.verdicts[alert.id];
    const by = this.standing.reviewers[alert.id];
    if (!this.view.may.has('alerts.review')) {
      fill(verdict, now && h('span', { class: `chip ${now === 'false_alarm' ? 'warn' : 'good'}`, text: t(`qa.${now}`) }));
      return;
    }
    fill(verdict, h('div', { class: 'verdict-buttons', role: 'group', 'aria-label': t('qa.verdict') },
      VERDICTS.map(([id, drawing], k) => h('button', { type: 'button', class: `button ${id}`, 'aria-pressed': String(now === id), onclick: () => this.judge(id, alert.id) },
        icon(drawing, 'little'), t(`qa.${id}`), h('kbd', { text: String(k + 1) })))),
    now && h('div', { class: 'line small' }, by && h('small', { text: t('qa.verdictBy', { who: personName(by) }) }), this.noteButton(alert)));
  }

  noteButton(alert) {
    const last = [...this.view.told.history].reverse().find((act) => act.alert === alert.id && act.kind === 'verdict');
    return h('button', { type: 'button', class: 'plain-link', text: last && last.note ? last.note : t('qa.note'), onclick: () => this.askNote(alert, last) });
  }

  async askNote(alert, last) {
    const text = await ask(t('qa.note'), (answer) => {
      const area = h('textarea', { value: (last && last.note) || '', maxlength: '2000', 'aria-label': t('qa.note') });
      return h('div', { class: 'stack' }, area, h('div', { class: 'row' }, button(t('cancel'), { kind: 'plain', onclick: () => answer(null) }), button(t('qa.saveNote'), { kind: 'primary', onclick: () => answer(area.value.trim()) })));
    });
    if (text === null) return;
    await this.judge(this.standing.verdicts[alert.id], alert.id, text);
  }

  drawAppeal({ alert, appeal }) {
    const found = this.standing.appeals[alert.id];
    if (!found) return fill(appeal);
    const open = !found.decision;
    const area = h('textarea', { 'aria-label': t('qa.decisionNote'), placeholder: t('qa.decisionNote'), maxlength: '2000' });
    const decide = (decision) => (event) => busy(event.currentTarget, async () => {
      if (!area.value.trim()) {
        note(t('qa.needReason'), { kind: 'bad' });
        area.focus();
        return;
      }
      const standing = await sendAct({ type: 'decision', call: this.view.told.call.number, alert: alert.id, decision, note: area.value.trim() });
      if (standing) this.view.changed(standing);
    });
    return fill(appeal, h('div', { class: 'appeal' },
      h('header', { class: 'line' }, icon('message', 'little'), h('strong', { text: t('qa.appeal') }), h('small', { text: `${personName(found.by)} ${shortTime(found.at)}` }), open && h('span', { class: 'chip warn', text: t('qa.appealOpen') })),
      h('p', { text: found.text }),
      open ? this.view.may.has('alerts.review') && h('div', { class: 'stack' }, area, h('div', { class: 'line' }, button(t('qa.grant'), { drawing: 'check', onclick: decide('granted') }), button(t('qa.refuse'), { drawing: 'cross', onclick: decide('refused') })))
        : h('p', { class: 'decided' }, h('span', { class: `chip ${found.decision.verdict === 'granted' ? 'good' : ''}`, text: t(`qa.${found.decision.verdict}`) }), ` ${found.decision.note || ''} `, h('small', { text: personName(found.decision.by) }))));
  }

  choose(id, { seek = true } = {}) {
    this.chosen = id;
    if (this.view.tabs.current !== 'alerts') this.view.tabs.open('alerts');
    for (const [key, one] of this.cards) toggle(one.element, 'chosen', key === id);
    const one = this.cards.get(id);
    if (!one) return;
    one.element.scrollIntoView({ block: 'nearest' });
    this.view.transcript.show(one.alert);
    if (seek) this.view.player.seek(Math.max(0, one.alert.start - 1));
  }

  step(by) {
    const ids = [...this.cards.keys()];
    if (!ids.length) return;
    const here = ids.indexOf(this.chosen);
    this.choose(ids[Math.min(ids.length - 1, Math.max(0, here + by))]);
  }

  async judge(verdict, id = this.chosen, text = undefined) {
    if (!id || !verdict || !this.view.may.has('alerts.review')) return;
    const before = this.standing.verdicts[id];
    if (before === verdict && text === undefined) return;
    const standing = await sendAct({ type: 'verdict', call: this.view.told.call.number, alert: id, verdict, ...(text ? { note: text } : {}) });
    if (!standing) return;
    this.view.changed(standing);
    note(`${t('qa.verdict')}：${t(`qa.${verdict}`)}`, { undo: before ? () => this.judge(before, id) : null });
  }
}

/** Ask what was missed; `chosen` is what was selected in the words. */
export async function askMiss(view, chosen) {
  const rules = await api.get('/api/rules').then(({ packs }) => packs.flatMap((pack) => pack.rules)).catch(() => []);
  const act = await ask(t('qa.missTitle'), (answer) => {
    const given = { category: 'guaranteed_return', rule: '' };
    const rulePlace = h('span');
    const drawRules = () => fill(rulePlace, choice(t('qa.missRule'), [['', '—'], ...rules.filter((rule) => rule.category === given.category).map((rule) => [rule.rule, rule.title])], '', (value) => { given.rule = value; }));
    const quote = h('textarea', { value: chosen.quote, maxlength: '2000' });
    const text = h('textarea', { maxlength: '2000' });
    drawRules();
    return h('div', { class: 'stack' }, h('p', { class: 'muted', text: t('qa.missText') }), field(t('qa.missQuote'), quote),
      field(t('qa.category'), choice(t('qa.category'), CATEGORIES.map((id) => [id, categoryName(id)]), given.category, (value) => { given.category = value; given.rule = ''; drawRules(); })),
      h('div', { class: 'field' }, h('span', { text: t('qa.missRule') }), rulePlace), field(t('qa.note'), text),
      h('div', { class: 'row' }, button(t('cancel'), { kind: 'plain', onclick: () => answer(null) }),
        button(t('qa.miss'), { kind: 'primary', onclick: () => answer({ ...given, quote: quote.value.trim(), note: text.value.trim() }) })));
  });
  if (!act) return;
  const standing = await sendAct({ type: 'miss', call: view.told.call.number, start: chosen.start, end: chosen.end, ...act });
  if (!standing) return;
  view.told.standing = standing;
  view.panel.draw();
  view.changed(standing);
  note(t('qa.marked'));
}
