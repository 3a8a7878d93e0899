// The supervisor's wall: calls, alerts and the one that is being looked at.
import { api } from '../api.js';
import { button, fill, h, icon, toggle, write } from '../dom.js';
import { severityName } from '../format.js';
import { beforePicture } from '../frame.js';
import { note } from '../notes.js';
import { blank, start } from '../shell.js';
import { t } from '../words.js';
import './words.js';
import { alertList, categoryName } from './alerts.js';
import { callList } from './calls.js';
import { Deeds } from './deeds.js';
import { Detail } from './detail.js';
import { Ear, earBar } from './ear.js';
import { firstLook, playDemo } from './empty.js';
import { listen, showKeys } from './keys.js';
import { Links } from './links.js';
import { Model, partsOf } from './model.js';
import { Notifier, Sound } from './sound.js';
import { toolbar } from './toolbar.js';

const LATE_MS = 700;
const BACK_MS = 4000;
const SAY_EVERY_MS = 1500;
const MOST_TEAMS = 8;
const CALM = 40;

class Wall {
  constructor(main, session, frame) {
    this.main = main;
    this.frame = frame;
    const asked = localStorage.getItem('team');
    this.teams = session.teams.includes(asked) ? [asked] : session.teams.length ? session.teams.slice(0, MOST_TEAMS) : [session.team];
    [this.team] = this.teams;
    this.session = session;
    this.model = new Model(this.teams);
    this.sound = new Sound();
    this.notifier = new Notifier();
    this.ear = new Ear(() => this.heard());
    this.redrawing = () => this.redraw();
    this.chosen = null;
    this.touched = false;
    this.caught = 0;
    this.said = -SAY_EVERY_MS;
    this.demo = { available: false, playing: false };
  }

  async begin() {
    if (!this.main.firstChild) fill(this.main, blank('wave', t('state.loading')));
    const query = (team) => `?team=${encodeURIComponent(team)}`;
    const [demo, ...views] = await Promise.all([api.get(`/api/demo${query(this.team)}`).catch(() => this.demo),
      ...this.teams.map((team) => api.get(`/api/wall${query(team)}`))]);
    this.demo = demo;
    this.limits = views[0].limits;
    for (const view of views) this.model.begin(view);
    this.draw();
    this.connect(views);
    this.redraw();
    this.tools.update();
    setInterval(() => { this.redraw(); this.tools.update(); }, 1000);
  }

  draw() {
    this.layout = columns();
    this.calls = callList(this.layout.calls.list, this.model, (key) => this.chooseCall(key));
    this.alerts = alertList(this.layout.alerts.list, this.model, (id) => this.choose(id));
    this.deeds = new Deeds(this.model, { told: (team, action) => this.action(team, action), again: (entry) => this.select(entry.id) });
    this.detail = new Detail(this.layout.detail, this.model, this.deeds, {
      open: (key) => this.links.open(key),
      showCall: (call) => this.showCall(call),
      showAlert: (entry) => this.backToAlert(entry),
      ear: this.ear,
    });
    this.tools = toolbar(this, this.earBar = earBar(this));
    this.layout.tabs.onchange = (tab) => { this.model.filter.tab = tab; this.chooseFirst(); this.redraw(); };
    this.layout.only.onclick = () => {
      this.model.filter.onlyAlerted = !this.model.filter.onlyAlerted;
      this.redraw();
    };
    this.first = firstLook(this.team, this.demo, () => { this.demo.playing = true; this.redraw(); });
    fill(this.main, this.layout.element);
    listen(this.keys());
    addEventListener('pointerdown', () => this.sound.wake().then(() => this.tools.update()), { once: true });
  }

  keys() {
    const entry = (deed) => () => this.current() && deed(this.current());
    return {
      j: () => this.move(1), k: () => this.move(-1),
      ArrowDown: () => this.move(1), ArrowUp: () => this.move(-1),
      Enter: () => (this.detail.subject && this.detail.subject.call ? this.backToAlert() : this.current() && this.showCall(this.current().call)),
      Escape: () => this.backToAlert(),
      a: entry((each) => this.deeds.acknowledge(each)),
      f: entry((each) => this.deeds.falseAlarm(each)),
      t: () => this.tell(),
      e: entry((each) => this.deeds.escalate(each)),
      u: () => this.deeds.undo(),
      p: () => this.detail.player.toggle(),
      l: () => this.listen(),
      m: () => this.tools.sound(),
      q: () => this.tools.quiet(),
      '/': () => this.tools.search.focus(),
      '?': showKeys,
    };
  }

  connect(views) {
    this.links = new Links(views, {
      alert: (team, alert) => this.alert(team, alert),
      action: (team, action) => this.action(team, action),
      live: (team, message) => this.live(team, message),
      resync: () => location.reload(),
      changed: (state) => this.linked(state),
    });
  }

  live(team, message) {
    if (message.type === 'welcome') this.detail.catchUp(team);
    else if (message.type === 'skipped') this.detail.readUp(team);
    else if (message.type === 'card') this.model.card(team, message);
    else if (message.type === 'levels') this.model.levelsOf(team, message.calls);
    else if (message.type === 'health') this.health(message);
    else {
      this.detail.event(team, message);
      return;
    }
    this.redrawSoon();
  }

  health(message) {
    this.model.setNow(message.now);
    this.model.behind = message.behind_s;
    this.tools.update();
  }

  alert(team, alert) {
    const { entry, fresh } = this.model.alert(team, alert, this.limits);
    if (this.restoring) this.caught += 1;
    if (fresh && this.model.waits(entry) && this.model.passes(entry)) this.announce(alert);
    this.redrawSoon();
  }

  announce(alert) {
    this.sound.play(alert.severity);
    this.notifier.tell(alert);
    const now = performance.now();
    if (now - this.said < SAY_EVERY_MS) return;
    this.said = now;
    const loud = alert.severity === 'critical' ? this.layout.loud : this.layout.soft;
    loud.textContent = t('announce.alert', { severity: severityName(alert.severity), category: categoryName(alert), who: t('call.agent', { agent: alert.agent }) });
  }

  action(team, action) {
    const entry = this.model.action(team, action);
    if (!entry) return;
    if (action.by === 'system') this.announce(entry.alert);
    const place = this.chosen === entry.id && !this.model.waits(entry) ? this.alerts.places.get(entry.id) : undefined;
    this.redraw();
    if (place !== undefined && this.model.filter.tab === 'waiting') this.chooseAt(place);
    this.detail.update();
  }

  linked(state) {
    const lost = state === 'lost';
    this.cutOff = lost;
    this.tools.link(state);
    clearTimeout(this.late);
    if (lost) {
      this.restoring = true;
      this.late = setTimeout(() => this.banner('bad', 'cut', t('link.lostBanner')), LATE_MS);
    } else if (state === 'connected' && this.restoring) {
      this.late = setTimeout(() => {
        this.banner('good', 'check', t('link.back', { count: this.caught }));
        this.restoring = false;
        this.caught = 0;
        this.late = setTimeout(() => fill(this.frame.banner), BACK_MS);
      }, LATE_MS);
    } else if (state === 'refused') location.reload();
    toggle(this.layout.element, 'stale', lost);
  }

  banner(kind, drawing, text) {
    fill(this.frame.banner, h('div', { class: `banner ${kind}` }, icon(drawing), h('span', { text })));
  }

  current() {
    return this.model.entries.get(this.chosen);
  }

  choose(id) {
    this.touched = true;
    this.select(id);
  }

  select(id) {
    const entry = this.model.entries.get(id);
    if (!entry) return;
    this.chosen = id;
    this.alerts.choose(id);
    this.calls.choose(entry.call, { scroll: false });
    this.detail.showAlert(entry);
  }

  move(step) {
    const next = this.alerts.neighbour(step);
    if (next) this.choose(next);
  }

  chooseFirst() {
    this.chosen = null;
    this.alerts.choose(null);
  }

  chooseAt(place) {
    const items = this.model.listed('waiting');
    const next = items[Math.min(place, items.length - 1)];
    if (next) this.select(next.id);
    else {
      this.chooseFirst();
      this.detail.blank();
    }
  }

  /** A call, or the heading of a team: that folds. */
  chooseCall(key) {
    if (!this.teams.includes(key)) {
      this.showCall(key);
      return;
    }
    if (!this.model.folded.delete(key)) this.model.folded.add(key);
    this.redraw();
  }

  showCall(key) {
    this.touched = true;
    const card = this.model.calls.get(key) || this.past(key);
    this.calls.choose(key);
    this.detail.showCall(card);
  }

  /** A call that is over, from what its alerts say of it. */
  past(key) {
    const entry = this.model.alertsOf(key)[0];
    const { team, id: call } = partsOf(key);
    return { key, team, call, agent: entry ? entry.alert.agent : '', company: '', industry: '', business: '', items: [], signals: [], ended: 'hangup', gap_s: 0, prompt: '' };
  }

  backToAlert(entry = this.current()) {
    if (entry) this.select(entry.id);
    else this.detail.blank();
  }

  /** To the call that is shown, while it goes on; from anywhere, to nothing more. */
  listen() {
    const key = this.shownCall();
    const card = this.model.calls.get(key);
    if (this.ear.key && (!card || card.ended)) this.ear.stop();
    else if (card && !card.ended) this.ear.toggle(key);
    else note(t('error.no_call'));
  }

  shownCall() {
    const { subject } = this.detail;
    return subject && (subject.call || subject.entry.call);
  }

  heard() {
    this.earBar.update();
    this.detail.update();
  }

  tell() {
    const { subject } = this.detail;
    if (subject && subject.call) {
      const card = this.model.calls.get(subject.call);
      if (card && !card.ended) this.deeds.tell(card);
      else note(t('error.no_call'));
    } else if (this.current()) this.deeds.prompt(this.current());
  }

  redrawSoon() {
    beforePicture(this.redrawing);
  }

  redraw() {
    const calls = this.model.grouped();
    const listed = this.model.listed(this.model.filter.tab);
    this.calls.set(calls);
    this.alerts.set(listed);
    this.drawCounts(calls);
    this.drawBlanks(calls, listed);
    if (!this.chosen && !this.touched && listed.length) this.select(listed[0].id);
    this.detail.updateSoon();
  }

  drawCounts(calls) {
    const waiting = this.model.waiting();
    const live = this.model.live();
    write(this.layout.callCount, live);
    // dozens of bars that glide are dozens of layers to put together sixty times a second
    toggle(this.layout.element, 'busy', live > CALM);
    this.layout.tabs.show(this.model.filter.tab, waiting.all, this.model.entries.size - waiting.all);
    this.layout.only.setAttribute('aria-pressed', String(this.model.filter.onlyAlerted));
    const urgent = waiting.critical + waiting.high;
    const title = `${urgent ? `(${urgent}) ` : ''}${t('nav.wall')} · ${t('app.name')}`;
    if (title !== this.title) document.title = this.title = title;
  }

  drawBlanks(calls, listed) {
    const { model, layout } = this;
    const nothing = !model.entries.size && !model.calls.size;
    toggle(layout.element, 'nothing', nothing && !this.demo.playing);
    if (nothing && !this.demo.playing) {
      if (!this.first.isConnected) layout.element.append(this.first);
    } else this.first.remove();
    layout.calls.blank.hidden = calls.length > 0;
    layout.alerts.blank.hidden = listed.length > 0;
    if (calls.length === 0) this.blankCalls();
    if (listed.length === 0) this.blankAlerts();
  }

  /** Nothing is shown and nothing is known: it must not look as if all were well. */
  blankCalls() {
    const { blank } = this.layout.calls;
    if (this.cutOff) showBlank(blank, 'cut', 'empty.cutOff', 'empty.cutOffCalls');
    else showBlank(blank, 'phone', 'empty.noCalls', 'empty.noCallsHint', this.replay());
  }

  replay() {
    if (!this.demo.available) return null;
    this.again = this.again || button(t('empty.play'), { drawing: 'play', onclick: () => playDemo(this.team) });
    return this.again;
  }

  blankAlerts() {
    if (this.cutOff) {
      showBlank(this.layout.alerts.blank, 'cut', 'empty.cutOff', 'empty.cutOffAlerts');
      return;
    }
    const { filter } = this.model;
    const filtered = filter.text || filter.floor !== 'low' || filter.quiet;
    const key = filter.tab === 'settled' ? 'empty.noSettled' : filtered && this.model.waiting().all ? 'empty.noMatch' : 'empty.noAlerts';
    this.clear = this.clear || button(t('empty.clear'), { onclick: () => this.tools.clear() });
    showBlank(this.layout.alerts.blank, 'check', key, key === 'empty.noAlerts' ? 'empty.noAlertsHint' : null, key === 'empty.noMatch' ? this.clear : null);
  }
}

function showBlank(place, drawing, title, text, more) {
  const shows = `${title} ${Boolean(more)}`;
  if (place.dataset.shows === shows) return;
  place.dataset.shows = shows;
  fill(place, blank(drawing, t(title), text && t(text), more));
}

function pane(name, head) {
  const list = h('div');
  const empty = h('div', { class: 'pane-blank', hidden: true });
  return { list, blank: empty, element: h('section', { class: `pane ${name}`, 'aria-label': t(`wall.${name}`) }, head, h('div', { class: 'pane-body' }, list, empty)) };
}

function columns() {
  const callCount = h('span', { class: 'count' });
  const only = h('button', { type: 'button', class: 'toggle', 'aria-pressed': 'false', text: t('wall.onlyAlerted') });
  const tabs = tabBar();
  const calls = pane('calls', h('header', { class: 'pane-head' }, h('h2', {}, t('wall.calls'), ' ', callCount), only));
  const alerts = pane('alerts', h('header', { class: 'pane-head' }, h('h2', { text: t('wall.alerts') }), tabs.element));
  const detail = h('section', { class: 'pane detail', 'aria-label': t('wall.detail'), tabindex: '-1' });
  const loud = h('div', { class: 'hidden-text', 'aria-live': 'assertive' });
  const soft = h('div', { class: 'hidden-text', 'aria-live': 'polite' });
  const element = h('div', { class: 'columns' }, calls.element, alerts.element, detail, loud, soft);
  return { element, calls, alerts, detail, only, callCount, tabs, loud, soft };
}

function tabBar() {
  const names = ['waiting', 'settled'];
  const counts = names.map(() => h('span', { class: 'count' }));
  const bar = { onchange: () => {} };
  const buttons = names.map((name, place) => h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => bar.onchange(name) }, t(`wall.${name}`), ' ', counts[place]));
  bar.element = h('div', { class: 'segmented', role: 'group' }, ...buttons);
  bar.show = (tab, ...numbers) => {
    buttons.forEach((each, place) => each.setAttribute('aria-pressed', String(names[place] === tab)));
    counts.forEach((each, place) => write(each, numbers[place]));
  };
  return bar;
}

start({ page: 'wall', build: (main, session, frame) => new Wall(main, session, frame).begin() });
