// What the wall knows. No drawing here: alerts, how each stands, calls, and the filter over them.
import { SEVERITIES } from '../format.js';

const ENDED_STAYS_MS = 8000;
const RANK = Object.fromEntries(SEVERITIES.map((name, place) => [name, place]));

export class Model {
  constructor() {
    this.entries = new Map();
    this.calls = new Map();
    this.levels = new Map();
    this.ofCall = new Map();
    this.skew = 0;
    this.behind = 0;
    this.leftOff = 0;
    this.filter = { text: '', floor: 'low', quiet: false, tab: 'waiting', onlyAlerted: false };
  }

  /** The server's time, so that ages are right on a machine whose clock is not. */
  now() {
    return Date.now() / 1000 + this.skew;
  }

  setNow(wall) {
    this.skew = wall - Date.now() / 1000;
  }

  begin(view) {
    this.entries.clear();
    this.ofCall.clear();
    this.setNow(view.now);
    this.leftOff = view.left_off;
    for (const entry of view.entries) {
      this.keep({ ...entry, id: entry.alert.id, actions: [...entry.actions] });
    }
  }

  keep(entry) {
    this.entries.set(entry.id, entry);
    const call = entry.alert.call;
    if (!this.ofCall.has(call)) this.ofCall.set(call, new Set());
    this.ofCall.get(call).add(entry.id);
  }

  /** A new alert, or a revision of one; returns the entry and whether it is new. */
  alert(alert, limits) {
    const known = this.entries.get(alert.id);
    if (known) {
      known.alert = alert;
      if (alert.state === 'withdrawn') known.standing = { ...known.standing, due: null };
      return { entry: known, fresh: false };
    }
    const raised = this.now();
    const limit = limits[alert.severity];
    const standing = { status: 'new', level: 0, by: '', at: null, reason: '', due: limit ? raised + limit : null };
    const entry = { id: alert.id, alert, raised, standing, actions: [] };
    this.keep(entry);
    return { entry, fresh: true };
  }

  action(action) {
    const entry = this.entries.get(action.alert);
    if (!entry) return null;
    entry.actions.push(action);
    entry.standing = action.standing;
    return entry;
  }

  waits(entry) {
    return entry.standing.status === 'new' && entry.alert.state !== 'withdrawn';
  }

  passes({ alert }) {
    const { text, floor, quiet } = this.filter;
    if (RANK[alert.severity] > RANK[floor]) return false;
    if (quiet && (alert.state === 'provisional' || RANK[alert.severity] > RANK.high)) return false;
    if (!text) return true;
    return [alert.agent, alert.quote, alert.call, alert.category, alert.title].some((each) => each && each.includes(text));
  }

  /** The alerts of a tab: waiting by severity and then the longest waiting, settled newest first. */
  listed(tab) {
    const waiting = tab === 'waiting';
    const found = [];
    for (const entry of this.entries.values()) {
      if (this.waits(entry) === waiting && this.passes(entry)) found.push(entry);
    }
    if (waiting) found.sort((a, b) => RANK[a.alert.severity] - RANK[b.alert.severity] || a.raised - b.raised || a.alert.seq - b.alert.seq);
    else found.sort((a, b) => (b.standing.at || b.raised) - (a.standing.at || a.raised) || b.alert.seq - a.alert.seq);
    return found;
  }

  waiting() {
    const count = { critical: 0, high: 0, medium: 0, low: 0, all: 0 };
    for (const entry of this.entries.values()) {
      if (this.waits(entry)) {
        count[entry.alert.severity] += 1;
        count.all += 1;
      }
    }
    return count;
  }

  card(card) {
    const known = this.calls.get(card.call);
    const ended = card.ended ? (known && known.endedAt) || performance.now() : 0;
    this.calls.set(card.call, { ...card, endedAt: ended });
  }

  /** Calls in the order in which they began: nothing jumps. Ended ones stay a moment. */
  listedCalls() {
    const oldest = performance.now() - ENDED_STAYS_MS;
    const found = [];
    for (const card of this.calls.values()) {
      if (card.endedAt && card.endedAt < oldest) this.calls.delete(card.call);
      else if (!this.filter.onlyAlerted || this.worst(card.call)) found.push(card);
    }
    return found.sort((a, b) => a.started - b.started || (a.call < b.call ? -1 : 1));
  }

  /** The gravest waiting alert of a call and how many wait. */
  worst(call) {
    let worst = null;
    let count = 0;
    for (const id of this.ofCall.get(call) || []) {
      const entry = this.entries.get(id);
      if (!this.waits(entry)) continue;
      count += 1;
      if (!worst || RANK[entry.alert.severity] < RANK[worst]) worst = entry.alert.severity;
    }
    return worst && { severity: worst, count };
  }

  alertsOf(call) {
    return [...(this.ofCall.get(call) || [])].map((id) => this.entries.get(id));
  }
}
