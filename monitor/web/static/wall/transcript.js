// The words of a call as they come, with the findings marked where they were said.
import { api } from '../api.js';
import { button, fill, h } from '../dom.js';
import { clock, masked } from '../format.js';
import { t } from '../words.js';
import { partsOf } from './model.js';

const PAGE = 1000;
const LINES = 400;
const NO_SPEECH = ['no_speech', 'invented', 'music'];

/** What was said in a call: kept by segment, the latest words of a segment win. */
export class Words {
  /** `key` names the call and its team. */
  constructor(key) {
    this.key = key;
    this.team = partsOf(key).team;
    this.call = partsOf(key).id;
    this.lines = new Map();
    this.items = new Map();
    this.loaded = false;
    this.failed = null;
    this.revision = 0;
  }

  /** Everything recorded so far; what comes meanwhile over the socket stays. */
  async load() {
    try {
      let after = 0;
      while (after !== null) {
        const query = `after=${after}&limit=${PAGE}&team=${encodeURIComponent(this.team)}`;
        const page = await api.get(`/api/calls/${encodeURIComponent(this.call)}/events?${query}`);
        for (const event of page.events) this.take(event);
        after = page.next;
      }
      this.loaded = true;
      this.failed = null;
    } catch (fault) {
      this.failed = fault;
    }
    this.revision += 1;
  }

  /** Returns whether anything changed. */
  take(event) {
    const changed = this.keep(event);
    if (changed) this.revision += 1;
    return changed;
  }

  keep(event) {
    if (event.call !== this.call) return false;
    if (event.type === 'utterance') {
      if (!event.text || NO_SPEECH.includes(event.suppressed)) return false;
      const key = `${event.channel} ${event.segment ?? event.start}`;
      const known = this.lines.get(key);
      if (known && known.final && !event.final) return false;
      this.lines.set(key, event);
      return true;
    }
    if (event.type === 'disclosure') {
      this.items.set(event.item, event);
      return true;
    }
    if (event.type === 'coverage' && ['gap', 'failed', 'paused', 'unmonitored'].includes(event.state)) {
      this.lines.set(`gap ${event.channel} ${event.start}`, { ...event, gap: true });
      return true;
    }
    return false;
  }

  sorted() {
    return [...this.lines.values()].sort((a, b) => a.start - b.start || (a.channel < b.channel ? -1 : 1));
  }
}

/** Draws words into an element; rows are kept, so that a new line costs one row. */
export class Transcript {
  constructor() {
    this.rows = new Map();
    this.body = h('div', { class: 'lines', role: 'log', 'aria-label': t('transcript.title'), tabindex: '0' });
    this.latest = button(t('transcript.latest'), { drawing: 'down', kind: 'latest', onclick: () => this.toEnd() });
    this.latest.hidden = true;
    this.element = h('div', { class: 'transcript' }, this.body, this.latest);
    this.follows = true;
    this.body.addEventListener('scroll', () => this.scrolled(), { passive: true });
  }

  clear() {
    this.rows.clear();
    this.shows = '';
    this.body.replaceChildren();
    this.follows = true;
    this.words = null;
  }

  /** `around`: only the lines near this span of seconds. */
  draw(words, alerts, { around = null } = {}) {
    if (words !== this.words) this.clear();
    this.words = words;
    const shows = `${words.revision} ${alerts.map((each) => each.alert.seq).join()} ${around && around.start} ${around && around.end}`;
    if (shows === this.shows) return;
    this.shows = shows;
    let lines = words.sorted();
    if (around) lines = near(lines, around);
    const cut = lines.slice(-LINES);
    const wanted = new Set();
    let before = null;
    for (const line of cut) {
      const key = `${line.gap ? 'gap ' : ''}${line.channel} ${line.segment ?? line.start}`;
      wanted.add(key);
      before = this.place(key, line, alerts, before);
    }
    for (const [key, row] of this.rows) {
      if (!wanted.has(key)) {
        row.element.remove();
        this.rows.delete(key);
      }
    }
    this.drawBlank(words, cut.length);
    if (this.follows && !around) this.toEnd();
  }

  place(key, line, alerts, before) {
    const shows = JSON.stringify([line.text, line.final, line.state, alerts.filter((each) => touches(each.alert, line)).map((each) => [each.alert.severity, each.alert.state])]);
    let row = this.rows.get(key);
    if (!row) {
      row = { element: h('div', { class: 'said' }), shows: '' };
      this.rows.set(key, row);
    }
    if (row.shows !== shows) {
      row.shows = shows;
      drawLine(row.element, line, alerts);
    }
    const next = before ? before.nextSibling : this.body.firstChild;
    if (row.element !== next) this.body.insertBefore(row.element, next);
    return row.element;
  }

  drawBlank(words, count) {
    const text = words.failed ? t('transcript.failed') : words.loaded ? t('transcript.none') : t('state.loading');
    this.blank = this.blank || h('p', { class: 'faint pad' });
    if (count) this.blank.remove();
    else {
      this.blank.textContent = text;
      this.body.append(this.blank);
    }
  }

  scrolled() {
    const rest = this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight;
    this.follows = rest < 40;
    this.latest.hidden = this.follows;
  }

  toEnd() {
    this.body.scrollTop = this.body.scrollHeight;
    this.follows = true;
    this.latest.hidden = true;
  }
}

function near(lines, { start, end }) {
  const first = lines.findIndex((line) => line.end > start);
  if (first < 0) return lines.slice(-4);
  let last = first;
  while (last + 1 < lines.length && lines[last + 1].start < end) last += 1;
  return lines.slice(Math.max(0, first - 2), last + 3);
}

function touches(alert, line) {
  return alert.quote && alert.channel === line.channel && alert.start < line.end && alert.end > line.start;
}

function drawLine(element, line, alerts) {
  if (line.gap) {
    element.className = 'said gap';
    fill(element, h('span', { class: 'time', text: clock(line.start) }), h('span'),
      h('p', { text: t('transcript.gap', { s: (line.end - line.start).toFixed(1) }) }));
    return;
  }
  element.className = `said ${line.channel}${line.final ? '' : ' open'}${line.suppressed ? ' suppressed' : ''}`;
  const marks = alerts.filter((each) => touches(each.alert, line) && each.alert.state !== 'withdrawn');
  fill(element, h('span', { class: 'time', text: clock(line.start) }),
    h('span', { class: 'role', text: t(`channel.${line.channel}`) }),
    h('p', {}, ...marked(line, marks), line.suppressed && h('small', { text: ` ${t('transcript.suppressed', { why: line.suppressed })}` })));
}

/** The text of a line, the words of each alert in a mark. */
export function marked(line, entries) {
  const text = line.text;
  const worst = new Array(text.length).fill(null);
  for (const { alert } of entries) {
    for (const [from, to] of places(line, alert)) worst.fill(alert.severity, from, to);
  }
  const parts = [];
  let from = 0;
  for (let at = 1; at <= text.length; at += 1) {
    if (at < text.length && worst[at] === worst[from]) continue;
    const piece = masked(text.slice(from, at));
    parts.push(worst[from] ? h('mark', { class: worst[from], text: piece }) : piece);
    from = at;
  }
  return parts;
}

function places(line, alert) {
  const found = [];
  let at = 0;
  for (const word of line.words || []) {
    const from = line.text.indexOf(word.text, at);
    if (from < 0) continue;
    at = from + word.text.length;
    const middle = (word.start + word.end) / 2;
    if (middle > alert.start && middle < alert.end) found.push([from, at]);
  }
  if (found.length) return [[found[0][0], found[found.length - 1][1]]];
  const whole = line.text.indexOf(alert.quote);
  return whole < 0 ? [] : [[whole, whole + alert.quote.length]];
}
