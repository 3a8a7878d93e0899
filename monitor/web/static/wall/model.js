// What the wall knows. No drawing here: alerts, how each stands, calls, and the filter over them.
import { SEVERITIES } from '../format.js';
import { tOr } from '../words.js';

const ENDED_STAYS_MS = 8000;
const MOST_DELAY_S = 10;
const RANK = Object.fromEntries(SEVERITIES.map((name, place) => [name, place]));

const SPLIT = '\n';

/** Names a call or an alert of a team for good: two teams may use the same number. */
export const keyOf = (team, id) => `${team}${SPLIT}${id}`;

/** The team and the number of a key. */
export function partsOf(key) {
  const at = key.indexOf(SPLIT);
  return { team: key.slice(0, at), id: key.slice(at + 1) };
}

export class Model {
  constructor(teams) {
    this.teams = teams;
    this.folded = new Set();
    this.entries = new Map();
    this.calls = new Map();
    this.levels = new Map();
    this.ofCall = new Map();
    this.skew = null;
    this.lastRaised = new Map();
    this.behind = 0;
    this.leftOff = 0;
    this.filter = { text: '', floor: 'low', quiet: false, tab: 'waiting', onlyAlerted: false };
  }

  /** The server's time, so that ages are right on a machine whose clock is not. */
  now() {
    return Date.now() / 1000 + (this.skew || 0);
  }

  /** Of all that was told, the message that was under way the shortest is nearest to the truth. */
  setNow(wall) {
    const skew = wall - Date.now() / 1000;
    if (this.skew === null || skew > this.skew || this.skew - skew > MOST_DELAY_S) this.skew = skew;
  }

  begin(view) {
    this.setNow(view.now);
    this.leftOff += view.left_off;
    for (const entry of view.entries) {
      this.keep({ ...entry, team: view.team, id: keyOf(view.team, entry.alert.id), first: entry.alert.seq, actions: [...entry.actions] });
    }
  }

  keep(entry) {
    this.entries.set(entry.id, entry);
    this.lastRaised.set(entry.team, Math.max(entry.raised, this.lastRaised.get(entry.team) || 0));
    entry.call = keyOf(entry.team, entry.alert.call);
    const { call } = entry;
    if (!this.ofCall.has(call)) this.ofCall.set(call, new Set());
    this.ofCall.get(call).add(entry.id);
  }

  /** A new alert, or a revision of one; returns the entry and whether it is new. */
  alert(team, alert, limits) {
    const known = this.entries.get(keyOf(team, alert.id));
    if (known) {
      known.alert = alert;
      if (alert.state === 'withdrawn') known.standing = { ...known.standing, due: null };
      return { entry: known, fresh: false };
    }
    // the log says what came first, whatever becomes of the clocks
    const raised = Math.max(this.now(), this.lastRaised.get(team) || 0);
    const limit = limits[alert.severity];
    const standing = { status: 'new', level: 0, by: '', at: null, reason: '', due: limit ? raised + limit : null };
    const entry = { id: keyOf(team, alert.id), team, alert, raised, first: alert.seq, standing, actions: [] };
    this.keep(entry);
    return { entry, fresh: true };
  }

  /** Somebody did something; null when it is of an alert that is not here, or known. */
  action(team, action) {
    const entry = this.entries.get(keyOf(team, action.alert));
    if (!entry || entry.actions.some((each) => each.seq === action.seq)) return null;
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
    return [alert.agent, alert.quote, alert.call, tOr(`category.${alert.category}`, alert.category)].some((each) => each && each.includes(text));
  }

  /** The alerts of a tab: waiting by severity and then the longest waiting, settled newest first. */
  listed(tab) {
    const waiting = tab === 'waiting';
    const found = [];
    for (const entry of this.entries.values()) {
      if (this.waits(entry) === waiting && this.passes(entry)) found.push(entry);
    }
    if (waiting) found.sort((a, b) => RANK[a.alert.severity] - RANK[b.alert.severity] || a.raised - b.raised || a.first - b.first);
    else found.sort((a, b) => (b.standing.at || b.raised) - (a.standing.at || a.raised) || b.alert.seq - a.alert.seq);
    return found;
  }

  /** How many alerts wait, of one team or of all. */
  waiting(team = null) {
    const count = { critical: 0, high: 0, medium: 0, low: 0, all: 0 };
    for (const entry of this.entries.values()) {
      if (this.waits(entry) && (team === null || entry.team === team)) {
        count[entry.alert.severity] += 1;
        count.all += 1;
      }
    }
    return count;
  }

  card(team, card) {
    const key = keyOf(team, card.call);
    const known = this.calls.get(key);
    const ended = card.ended ? (known && known.endedAt) || performance.now() : 0;
    this.calls.set(key, { ...card, key, team, endedAt: ended });
  }

  /** How loud each live call of the team is; a call that is no longer among them is over. */
  levelsOf(team, levels) {
    for (const card of this.calls.values()) {
      if (card.team !== team) continue;
      const level = levels[card.call];
      if (level) this.levels.set(card.key, level);
      else if (!card.ended) this.card(team, { ...card, ended: 'gone' });
    }
  }

  /** Calls in the order in which they began: nothing jumps. Ended ones stay a moment. */
  listedCalls() {
    const oldest = performance.now() - ENDED_STAYS_MS;
    const found = [];
    for (const card of this.calls.values()) {
      if (card.endedAt && card.endedAt < oldest) {
        this.calls.delete(card.key);
        this.levels.delete(card.key);
      } else if (!this.filter.onlyAlerted || this.worst(card.key)) found.push(card);
    }
    return found.sort((a, b) => a.started - b.started || (a.call < b.call ? -1 : 1));
  }

  /** How many calls are live. */
  live() {
    let count = 0;
    for (const card of this.calls.values()) if (!card.ended) count += 1;
    return count;
  }

  /** The calls under a heading for each team; without headings where there is one team. */
  grouped() {
    const calls = this.listedCalls();
    if (this.teams.length < 2) return calls;
    return this.teams.flatMap((team) => {
      const mine = calls.filter((card) => card.team === team);
      const heading = { key: team, heading: true, team, live: mine.filter((card) => !card.ended).length, folded: this.folded.has(team), ...this.waiting(team) };
      return heading.folded ? [heading] : [heading, ...mine];
    });
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
