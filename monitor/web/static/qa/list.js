// The list of calls: filters in the address, rows drawn as they come into sight.
import { api } from '../api.js';
import { button, fill, h, icon, toggle, write } from '../dom.js';
import { clock } from '../format.js';
import { VirtualList } from '../list.js';
import { blank, failure } from '../shell.js';
import { t } from '../words.js';
import { askAssign } from './assign.js';
import { askExport } from './export.js';
import { CATEGORIES, SEVERITIES, agentName, categoryName, choice, loading, midnight, percent, personName, segments, severityMark, shortTime, typing } from './parts.js';
import { keysButton, showListKeys } from './keys.js';
import { openSamples } from './samples.js';

const PAGE = 100;
const ROW = 60;
const STATES = ['all', 'new', 'assigned', 'appealed', 'reviewed'];
const NAMES = ['team', 'agent', 'category', 'severity', 'opening', 'assignee', 'state', 'period', 'words', 'sample', 'rule'];

export class ListView {
  constructor(frame, session, choices, open) {
    this.frame = frame;
    this.session = session;
    this.choices = choices;
    this.open = open;
    this.may = new Set(session.actions || []);
    this.filters = Object.fromEntries(new URLSearchParams(location.search));
    this.calls = [];
    this.picked = new Set();
    this.asked = 0;
    this.search = h('input', { type: 'search', class: 'search', placeholder: t('qa.search'), 'aria-label': t('qa.search'), value: this.filters.words || '', maxlength: '100',
      oninput: () => { clearTimeout(this.pause); this.pause = setTimeout(() => this.change('words', this.search.value.trim()), 250); } });
    this.box = h('div', { class: 'search-box' }, icon('search', 'little'), this.search);
    this.found = h('span', { class: 'muted found', role: 'status' });
    this.states = h('div', { class: 'state-strip' });
    this.bar = h('div', { class: 'filters' });
    this.picking = h('div', { class: 'picking', hidden: true });
    this.body = h('div', { class: 'calls-body' });
    this.element = h('section', { class: 'calls', 'aria-label': t('nav.qa') }, this.states, this.bar, this.picking, this.head(), this.body);
    this.list = new VirtualList(h('div', { class: 'call-list' }), {
      rowHeight: ROW, key: (call) => String(call.number), create: () => row(this), label: t('nav.qa'), onChoose: (key) => this.chosen(key),
    });
    this.list.root.addEventListener('scroll', () => this.more(), { passive: true });
    this.onkey = (event) => this.key(event);
  }

  head() {
    return h('div', { class: 'call-head', 'aria-hidden': 'true' }, h('span'), ...['call', 'time', 'length', 'alerts', 'opening', 'coverage', 'review', 'score'].map((name) => h('span', { class: name, text: t(`qa.col.${name}`) })));
  }

  show(main) {
    fill(this.frame.tools, this.box, this.found, h('span', { class: 'gap' }),
      button(t('qa.plan'), { drawing: 'dice', onclick: () => openSamples(this) }),
      this.may.has('calls.export') && button(t('qa.export'), { drawing: 'download', onclick: () => askExport(this) }), keysButton(showListKeys));
    fill(main, this.element);
    this.drawFilters();
    document.addEventListener('keydown', this.onkey);
    this.shown = true;
    if (!this.calls.length || this.stale) this.load();
    else this.list.drawSoon();
  }

  close() {
    this.shown = false;
    document.removeEventListener('keydown', this.onkey);
  }

  drawFilters() {
    const f = this.filters;
    const counts = this.choices.states;
    const total = this.choices.total;
    const waiting = total - ['assigned', 'reviewed', 'appealed'].reduce((sum, name) => sum + (counts[name] || 0), 0);
    const count = { all: total, new: waiting, ...counts };
    fill(this.states, segments(t('qa.state'), STATES.map((id) => [id, `${t(`qa.state.${id}`)}  ${id === 'new' ? waiting : count[id] || 0}`]), f.state || 'all',
      (id) => this.change('state', id === 'all' ? '' : id)));
    const some = (all, values, name) => [['', t(all)], ...values.map((each) => [each, name ? name(each) : each])];
    const pick = (name, options) => choice(t(`qa.${name}`), options, f[name] || '', (value) => this.change(name, value));
    fill(this.bar,
      pick('period', [['', t('qa.allTime')], ['today', t('qa.today')], ['week', t('qa.week')], ['month', t('qa.month')]]),
      this.choices.teams.length > 1 && pick('team', some('qa.allTeams', this.choices.teams)),
      pick('agent', some('qa.allAgents', this.choices.agents)),
      pick('category', some('qa.allCategories', CATEGORIES, categoryName)),
      pick('severity', some('qa.allSeverities', SEVERITIES, (each) => t(`severity.${each}`))),
      pick('opening', some('qa.allOpenings', ['met', 'missed', 'undetermined'], (each) => t(`opening.${each}`))),
      this.choices.assignees.length > 0 && pick('assignee', some('qa.allAssignees', this.choices.assignees, personName)),
      f.sample && h('span', { class: 'chip' }, `${t('qa.sample')} #${f.sample}`),
      f.rule && h('span', { class: 'chip mono' }, f.rule),
      NAMES.some((name) => f[name]) && h('button', { type: 'button', class: 'plain-link', text: t('qa.clear'), onclick: () => this.clear() }));
  }

  change(name, value) {
    if ((this.filters[name] || '') === (value || '')) return;
    if (value) this.filters[name] = value;
    else delete this.filters[name];
    this.refresh();
  }

  clear() {
    this.filters = {};
    this.search.value = '';
    this.refresh();
  }

  refresh() {
    history.replaceState(null, '', `?${new URLSearchParams(this.filters)}${location.hash}`);
    this.picked.clear();
    this.drawFilters();
    this.load();
  }

  /** The query of the filters; also what an export takes. */
  query() {
    const { period, ...asked } = this.filters;
    const query = new URLSearchParams(asked);
    const days = { today: 0, week: 6, month: 29 }[period];
    if (days !== undefined) query.set('since', String(midnight(days)));
    return query;
  }

  async load() {
    const asked = ++this.asked;
    this.stale = false;
    this.ended = false;
    if (!this.calls.length) fill(this.body, loading(8));
    const query = this.query();
    query.set('limit', String(PAGE));
    let page;
    try {
      page = await api.get(`/api/qa/calls?${query}`);
    } catch (fault) {
      if (asked === this.asked) fill(this.body, failure(fault, () => this.load()));
      return;
    }
    if (asked !== this.asked) return;
    this.calls = page.calls;
    this.total = page.total;
    this.ended = !page.more;
    this.draw();
  }

  async more() {
    const root = this.list.root;
    if (this.ended || this.loading || root.scrollTop + root.clientHeight < root.scrollHeight - 8 * ROW) return;
    this.loading = true;
    const asked = this.asked;
    const query = this.query();
    query.set('limit', String(PAGE));
    query.set('before', String(this.calls[this.calls.length - 1].number));
    try {
      const page = await api.get(`/api/qa/calls?${query}`);
      if (asked === this.asked) {
        this.calls.push(...page.calls);
        this.ended = !page.more;
        this.list.set(this.calls);
      }
    } finally {
      this.loading = false;
    }
  }

  draw() {
    write(this.found, t('qa.found', { n: this.total }));
    toggle(this.element, 'is-empty', !this.calls.length);
    if (!this.calls.length) {
      const filtered = NAMES.some((name) => this.filters[name]);
      fill(this.body, filtered ? blank('search', t('qa.empty'), t('qa.emptyText'), button(t('qa.clear'), { onclick: () => this.clear() }))
        : blank('phone', t('qa.nothing'), t('qa.nothingText')));
    } else {
      fill(this.body, this.list.root);
      this.list.set(this.calls);
    }
    this.drawPicking();
  }

  /** The call beside this one, for going on without coming back. */
  beside(number, step) {
    const here = this.calls.findIndex((call) => String(call.number) === String(number));
    const other = here < 0 ? null : this.calls[here + step];
    return other ? other.number : null;
  }

  chosen(key) {
    this.list.choose(key, { scroll: false });
    this.open(key);
  }

  pick(number) {
    if (this.picked.has(number)) this.picked.delete(number);
    else this.picked.add(number);
    this.list.drawSoon();
    this.drawPicking();
  }

  drawPicking() {
    const n = this.picked.size;
    this.picking.hidden = !n;
    if (!n) return;
    fill(this.picking, h('strong', { text: t('qa.selected', { n }) }),
      button(t('qa.assign'), { drawing: 'user', kind: 'primary', onclick: () => this.assign() }),
      button(t('qa.selectAll'), { onclick: () => { this.calls.forEach((call) => this.picked.add(call.number)); this.list.drawSoon(); this.drawPicking(); } }),
      button(t('cancel'), { kind: 'plain', onclick: () => { this.picked.clear(); this.list.drawSoon(); this.drawPicking(); } }));
  }

  async assign() {
    if (!(await askAssign([...this.picked], this.session, this.choices))) return;
    this.picked.clear();
    await this.recount();
    await this.load();
  }

  async recount() {
    this.choices = Object.assign(this.choices, await api.get('/api/qa/choices'));
    if (this.shown) this.drawFilters();
  }

  key(event) {
    if (event.key === '/' && !typing(event)) {
      event.preventDefault();
      this.search.focus();
      return;
    }
    if (typing(event)) return;
    if (event.key === '?') {
      showListKeys();
      return;
    }
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = this.list.neighbour(step);
      if (next !== null) this.list.choose(next);
    } else if (event.key === 'Enter' && this.list.chosen && document.activeElement?.tagName !== 'BUTTON') {
      this.open(this.list.chosen);
    } else if (event.key === 'x' && this.list.chosen && this.may.has('alerts.review')) {
      this.pick(Number(this.list.chosen));
    }
  }
}

/** A row: made once, then only its texts change. */
function row(view) {
  const check = view.may.has('alerts.review') ? h('span', { class: 'box', title: `${t('qa.select')} (x)` }, icon('check', 'little')) : h('span');
  const worst = h('span', { class: 'worst' });
  const name = h('strong');
  const sub = h('small');
  const time = h('span', { class: 'time' });
  const length = h('span', { class: 'length' });
  const alerts = h('span', { class: 'alerts' });
  const opening = h('span', { class: 'opening' });
  const coverage = h('span', { class: 'coverage' });
  const review = h('span', { class: 'review' });
  const score = h('span', { class: 'score' });
  const element = h('div', { class: 'call-row' }, h('span', { class: 'check' }, check), h('span', { class: 'call' }, worst, h('span', {}, name, sub)), time, length, alerts, opening, coverage, review, score);
  let now = null;
  check.addEventListener('click', (event) => { event.stopPropagation(); if (now) view.pick(now.number); });
  let drawn = '';
  return {
    element,
    update(call) {
      now = call;
      toggle(check, 'on', view.picked.has(call.number));
      const state = JSON.stringify(call);
      if (state === drawn) return;
      drawn = state;
      const severity = SEVERITIES.find((each) => call.severities[each]);
      fill(worst, severity ? severityMark(severity, { word: false }) : icon('check', 'little calm'));
      write(name, agentName(call.agent));
      write(sub, `${call.team} · ${call.call}`);
      write(time, shortTime(call.started_wall));
      write(length, call.live ? t('qa.live') : clock(call.duration_s ?? call.last_at));
      toggle(element, 'live', call.live);
      fill(alerts, call.alerts.length ? chips(call) : h('small', { text: call.live ? '' : t('qa.clean') }));
      fill(opening, call.opening && call.opening !== 'none' ? h('span', { class: `chip ${{ met: 'good', missed: 'bad' }[call.opening] || 'warn'}`, text: t(`opening.${call.opening}`) }) : '—');
      fill(coverage, heard(call));
      fill(review, reviewMark(call));
      write(score, call.score === null ? '' : call.score.toFixed(0));
    },
  };
}

function heard(call) {
  if (call.duration_s === null || !call.duration_s) return '—';
  const share = Math.min(1, call.covered_s / call.duration_s);
  const low = call.lost_s >= 1;
  return h('span', { class: low ? 'low-cover' : '', title: low ? t('qa.uncovered', { n: call.lost_s.toFixed(0) }) : null },
    percent(share, 0), low && icon('cut', 'little'));
}

function reviewMark(call) {
  const kind = { new: 'hollow', assigned: '', reviewed: 'good', appealed: 'warn' }[call.state];
  return [h('span', { class: `chip ${kind}`, text: t(`qa.state.${call.state}`) }), call.assignee ? h('small', { text: personName(call.assignee) }) : null];
}

function chips(call) {
  const by = new Map();
  for (const alert of call.alerts) {
    const one = by.get(alert.category) || { ...alert, n: 0 };
    one.n += 1;
    if (SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(one.severity)) one.severity = alert.severity;
    by.set(alert.category, one);
  }
  const shown = [...by.values()].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const rest = shown.length - 3;
  return [...shown.slice(0, 3).map((one) => h('span', { class: `tag ${one.severity} ${one.verdict === 'false_alarm' ? 'struck' : ''}` },
    icon(one.severity, 'little'), categoryName(one.category), one.n > 1 ? ` ×${one.n}` : '')), rest > 0 && h('small', { text: `+${rest}` })];
}
