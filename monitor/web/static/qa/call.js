// One call: its sound, its words, and beside them what people make of it.
import { api } from '../api.js';
import { button, fill, h, icon, iconButton } from '../dom.js';
import { clock } from '../format.js';
import { failure } from '../shell.js';
import { t } from '../words.js';
import { give } from './assign.js';
import { historyPanel } from './history.js';
import { keysButton, showCallKeys } from './keys.js';
import { agentName, categoryName, dateTime, industryName, itemName, loading, percent, personName, tabs, typing } from './parts.js';
import { Player } from './player.js';
import { rejudgePanel } from './rejudge.js';
import { askMiss, AlertPanel } from './review.js';
import { scorePanel } from './score.js';
import { toldPanel } from './told.js';
import { Transcript } from './transcript.js';

export class CallView {
  constructor(frame, session, choices, list, number, alert) {
    this.frame = frame;
    this.session = session;
    this.choices = choices;
    this.list = list;
    this.number = number;
    this.wanted = alert ? decodeURIComponent(alert) : null;
    this.may = new Set(session.actions || []);
    this.onkey = (event) => this.key(event);
  }

  async show(main) {
    this.list.close();
    fill(this.frame.tools, h('span', { class: 'gap' }), keysButton(showCallKeys));
    fill(main, loading());
    try {
      this.told = await api.get(`/api/qa/calls/${encodeURIComponent(this.number)}`);
    } catch (fault) {
      fill(main, failure(fault, () => this.show(main)));
      return;
    }
    if (this.closed) return;
    this.draw(main);
    document.addEventListener('keydown', this.onkey);
    const first = this.wanted && this.told.alerts.find((alert) => alert.id === this.wanted);
    if (first) this.panel.choose(first.id);
  }

  draw(main) {
    const { told } = this;
    const standing = told.alerts.filter((alert) => alert.state !== 'withdrawn');
    this.player = new Player({
      call: told.call, duration: told.digest.duration_s, speech: told.utterances, lost: told.lost,
      marks: [
        ...standing.map((alert) => ({ kind: 'alert', at: alert.start, end: alert.end, severity: alert.severity, channel: alert.channel, id: alert.id, label: `${t(`severity.${alert.severity}`)} ${categoryName(alert.category)}` })),
        ...told.disclosures.filter((one) => one.state === 'met' || one.state === 'missed').map((one) => ({ kind: 'told', at: one.state === 'met' ? one.at : one.deadline ?? one.at, end: 0, state: one.state, label: `${itemName(one.item)} ${t(`told.${one.state}`)}` })),
      ],
      onTime: (at) => this.transcript && this.transcript.move(at),
      onMark: (mark) => { if (mark.id) this.panel.choose(mark.id, { seek: false }); },
    });
    this.transcript = new Transcript({
      utterances: told.utterances, alerts: standing, disclosures: told.disclosures, mayMiss: this.may.has('alerts.review'),
      onWord: (at) => this.player.play(at), onAlert: (id) => this.panel.choose(id, { seek: false }), onMiss: (chosen) => askMiss(this, chosen),
    });
    this.panel = new AlertPanel(this);
    this.tabs = tabs(t('qa.verdict'), [
      ['alerts', t('qa.tab.alerts'), () => this.panel.element, standing.length],
      ['score', t('qa.tab.score'), () => scorePanel(this)],
      ['told', t('qa.tab.told'), () => toldPanel(this), told.disclosures.filter((one) => one.state === 'missed').length],
      ['history', t('qa.tab.history'), () => this.history = historyPanel(this), told.history.length],
      ['rejudge', t('qa.tab.rejudge'), () => rejudgePanel(this)],
    ], 'alerts');
    this.about = h('header', { class: 'about' });
    this.drawAbout();
    fill(main, h('section', { class: 'call-view' }, this.about, this.player.element, h('div', { class: 'call-main' }, this.transcript.element, h('aside', { class: 'side' }, this.tabs))));
  }

  drawAbout() {
    const { call, about, digest, standing } = this.told;
    const share = digest.duration_s ? Math.min(1, digest.covered_s / digest.duration_s) : null;
    const step = (by, label, drawing) => {
      const other = this.list.beside(this.number, by);
      return iconButton(label, drawing, () => { location.hash = `#/call/${other}`; }, { disabled: other === null });
    };
    const kind = { new: 'hollow', assigned: '', reviewed: 'good', appealed: 'warn' }[standing.state];
    fill(this.about,
      h('a', { class: 'button', href: '#/' }, icon('undo', 'little'), t('qa.back')), step(-1, t('qa.previous'), 'up'), step(1, t('qa.next'), 'down'),
      h('div', { class: 'who-what' }, h('h2', {}, agentName(call.agent), h('small', { text: ` ${call.team} · ${call.call}` })),
        h('small', {}, [dateTime(call.started_wall), industryName(call.industry), t(`business.${call.business}`), about.company, about.product, ...Object.values(about.meta || {})].filter(Boolean).join(' · '))),
      h('span', { class: 'chip', title: t('qa.talk', { a: clock(digest.agent_talk_s), c: clock(digest.customer_talk_s) }), text: clock(digest.duration_s) }),
      h('span', { class: `chip ${digest.lost_s >= 1 ? 'warn' : ''}`, title: digest.lost_s >= 1 ? t('qa.uncovered', { n: digest.lost_s.toFixed(0) }) : null, text: t('qa.heard', { p: percent(share, 0) }) }),
      h('span', { class: `chip ${kind}`, text: t(`qa.state.${standing.state}`) }),
      standing.assignee && h('span', { class: 'line' }, icon('user', 'little'), personName(standing.assignee)),
      standing.score && h('strong', { class: 'big-score', text: String(standing.score.total) }),
      this.may.has('alerts.review') && !standing.assignee && this.session.name && button(t('qa.assignMe'), { onclick: async () => { if (await give([this.told.call.number], this.session.name)) this.reload(); } }));
  }

  /** A review act changed where the call stands. */
  changed(standing) {
    this.told.standing = standing;
    this.list.stale = true;
    this.drawAbout();
    this.panel.update();
    this.list.recount().catch(() => {});
    api.get(`/api/qa/calls/${encodeURIComponent(this.number)}`).then((told) => {
      this.told.history = told.history;
      this.tabs.count('history', told.history.length);
      if (this.history) this.history.update();
    }).catch(() => {});
  }

  async reload() {
    this.told = await api.get(`/api/qa/calls/${encodeURIComponent(this.number)}`);
    this.changed(this.told.standing);
  }

  key(event) {
    if (typing(event) || (event.key !== 'Escape' && event.target.closest?.('[role=tablist]'))) return;
    const act = {
      ' ': () => { if (event.target.closest?.('button, a, mark')) return false; this.player.toggle(); return true; },
      ArrowLeft: () => this.player.step(-5), ArrowRight: () => this.player.step(5),
      '[': () => this.player.faster(-1), ']': () => this.player.faster(1),
      n: () => this.player.nextAlert(1), N: () => this.player.nextAlert(-1), p: () => this.player.toggle(),
      j: () => this.panel.step(1), k: () => this.panel.step(-1),
      1: () => this.panel.judge('upheld'), 2: () => this.panel.judge('false_alarm'), 3: () => this.panel.judge('training'),
      '?': () => { showCallKeys(); },
      Escape: () => { location.hash = '#/'; },
    }[event.key];
    if (act && !(event.target instanceof HTMLInputElement && event.target.type === 'range' && event.key.startsWith('Arrow')) && act() !== false) event.preventDefault();
  }

  close() {
    this.closed = true;
    document.removeEventListener('keydown', this.onkey);
    if (this.player) this.player.close();
    if (this.transcript) this.transcript.close();
  }
}
