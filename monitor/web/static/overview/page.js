// The overview: what a manager asks first, answered by a sentence and a plot; printed it is a report.
import { api } from '../api.js';
import { button, fill, h, icon } from '../dom.js';
import { blank, failure, start } from '../shell.js';
import { t } from '../words.js';
import { SEVERITIES as GRAVE, categoryName, choice, dateTime, loading, midnight, percent, segments, severityMark } from '../qa/parts.js';
import { dayBars, dayLine, hourBars, intervals, rows, spark } from './plot.js';
import './words.js';

const PERIODS = ['7', '30', '90', 'this', 'last'];
const FEW_CALLS = 5;
const MOST_ROWS = 12;
const DAY = 86400;

start({
  page: 'overview',
  async build(main, session, frame) {
    const asked = { period: '30', team: '', ...Object.fromEntries(new URLSearchParams(location.search)) };
    const paper = h('div', { class: 'paper' });
    fill(main, paper);
    const tools = (teams) => fill(frame.tools,
      segments(t('over.period'), PERIODS.map((id) => [id, t(`over.${id}`)]), asked.period, (id) => { asked.period = id; load(); }),
      teams.length > 1 && choice(t('over.team'), [['', t('over.allTeams')], ...teams.map((team) => [team, team])], asked.team, (team) => { asked.team = team; load(); }),
      h('span', { class: 'gap' }), button(t('over.print'), { drawing: 'book', onclick: () => print() }));
    let turn = 0;
    let latest = null;
    const load = async () => {
      const mine = ++turn;
      history.replaceState(null, '', `?${new URLSearchParams(asked)}`);
      if (!paper.children.length) fill(paper, loading(8));
      const [since, until] = range(asked.period);
      try {
        const found = await api.get(`/api/overview?since=${since}&until=${until}${asked.team ? `&team=${encodeURIComponent(asked.team)}` : ''}`);
        if (mine !== turn) return;
        latest = found;
        tools(found.all_teams);
        draw(paper, found, asked.period);
      } catch (fault) {
        if (mine === turn) fill(paper, failure(fault, load));
      }
    };
    tools([]);
    api.get('/api/rules').then(({ packs }) => {
      draw.titles = new Map(packs.flatMap((pack) => pack.rules.map((rule) => [rule.rule, rule.title])));
      if (latest) draw(paper, latest, asked.period);
    }).catch(() => {});
    await load();
  },
});

/** First and last second of a period, on the centre's clock. */
function range(period) {
  const end = midnight(-1);
  if (/^\d+$/.test(period)) return [end - Number(period) * DAY, end];
  const today = new Date((midnight() + 8 * 3600) * 1000);
  const month = (back) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1) / 1000 - 8 * 3600;
  return period === 'this' ? [month(0), end] : [month(1), month(0)];
}

draw.titles = new Map();

function draw(paper, found, period) {
  const { totals } = found;
  const month = ['this', 'last'].includes(period) && dateTime(found.since).slice(0, 7);
  const heading = h('header', { class: 'report-head' }, h('div', {}, h('h2', { text: month ? t('over.reportMonth', { month }) : t('over.report') }), h('p', { text: t('over.range', { from: dateTime(found.since).slice(0, 10), to: dateTime(found.until - 1).slice(0, 10) }) })),
    h('p', { class: 'right' }, found.team || t('over.allTeams'), h('br'), t('over.made', { at: dateTime(Date.now() / 1000) })));
  if (!totals.calls) {
    fill(paper, heading, blank('overview', t('over.empty'), t('over.emptyText')));
    return;
  }
  fill(paper, heading, figures(found), h('div', { class: 'plots' }, h('div', { class: 'column' }, trend(found), categories(found), teams(found)), h('div', { class: 'column' }, openings(found), hours(found), agents(found))), precision(found), h('p', { class: 'scope', text: t('over.scope') }));
}

function figures({ totals, before, days }) {
  const cell = (name, value, hint, series, now, then, { good = 0, text = (n) => n } = {}) => {
    const card = h('div', { class: 'figure-card' }, h('h3', { text: t(name) }), h('strong', { text: value }), change(now, then, good, text), h('small', { text: hint }));
    if (series) card.append(spark(series));
    return card;
  };
  const points = (n) => `${(100 * n).toFixed(1)}%`;
  return h('section', { class: 'figures' },
    cell('over.calls', totals.calls.toLocaleString(), t('over.hours', { n: totals.hours.toFixed(1) }), days.map((day) => day.calls), totals.calls, before.calls || null),
    cell('over.per100', totals.per_100 === null ? '—' : totals.per_100.toFixed(1), t('over.per100Hint', { n: totals.alerts, calls: totals.calls_with_alerts }), days.map((day) => day.per_100), totals.per_100, before.per_100, { good: -1, text: (n) => n.toFixed(1) }),
    cell('over.openingRate', percent(totals.opening_rate), t('over.openingHint', totals.openings), days.map((day) => day.opening_rate), totals.opening_rate, before.opening_rate, { good: 1, text: points }),
    cell('over.precision', percent(totals.precision), totals.judged ? t('over.precisionHint', { n: totals.judged }) : t('over.noVerdicts'), null, totals.precision, before.precision, { good: 1, text: points }),
    cell('over.ack', totals.ack_median_s === null ? '—' : t('over.seconds', { n: totals.ack_median_s.toFixed(0) }), totals.ack_p90_s === null ? t('over.noAck') : t('over.ackHint', { p90: t('over.seconds', { n: totals.ack_p90_s.toFixed(0) }) }), null, totals.ack_median_s, before.ack_median_s, { good: -1, text: (n) => t('over.seconds', { n: n.toFixed(0) }) }),
    cell('over.coverage', percent(totals.coverage), t('over.coverageHint'), days.map((day) => day.coverage), totals.coverage, before.coverage, { good: 1, text: points }));
}

/** How a figure moved, in words and with an arrow; whether that is good. */
function change(now, then, good, text) {
  if (now === null || now === undefined || then === null || then === undefined) return h('span', { class: 'moved', text: t('over.noBefore') });
  const by = now - then;
  const shown = text(Math.abs(by));
  if (Math.abs(by) < 1e-9 || /^0(\.0)?%?$/.test(String(shown))) return h('span', { class: 'moved', text: t('over.flat') });
  const kind = good === 0 ? '' : by * good > 0 ? 'better' : 'worse';
  return h('span', { class: `moved ${kind}` }, icon('up', `little ${by < 0 ? 'turned' : ''}`), t(by > 0 ? 'over.up' : 'over.down', { n: shown }));
}

function plot(title, answer, drawing, { wide = false, table, note } = {}) {
  return h('section', { class: `plot-card ${wide ? 'wide' : ''}` }, h('h3', { text: title }), h('p', { class: 'answer', text: answer }), drawing, note && h('small', { text: note }),
    table && h('details', {}, h('summary', { text: t('over.data') }), table));
}

function table(heads, lines) {
  return h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, heads.map((text) => h('th', { scope: 'col', text })))), h('tbody', {}, lines.map((line) => h('tr', {}, line.map((cell) => h('td', {}, cell)))))));
}

const legend = () => h('div', { class: 'legend' }, GRAVE.map((each) => severityMark(each)));

function trend({ days }) {
  const most = days.reduce((best, day) => (day.alerts > best.alerts ? day : best), days[0]);
  const answer = most.alerts ? t('over.trendBest', { day: most.day.slice(5), n: most.alerts }) : t('over.noAlerts');
  return plot(t('over.trend'), answer, h('div', {}, legend(), dayBars(days, 480, 176, `${t('over.trend')}：${answer}`)), {
    table: table([t('over.day'), t('over.calls'), t('over.alerts'), ...GRAVE.map((each) => t(`severity.${each}`))], days.map((day) => [day.day, String(day.calls), String(day.alerts), ...GRAVE.map((each) => String(day.severities[each]))])) });
}

function openings({ days }) {
  const known = days.filter((day) => day.opening_rate !== null && day.calls >= 3);
  const worst = known.reduce((low, day) => (low === null || day.opening_rate < low.opening_rate ? day : low), null);
  const answer = !worst ? '' : worst.opening_rate >= 0.999 ? t('over.openingFull', { p: '100%' }) : t('over.openingWorst', { day: worst.day.slice(5), p: percent(worst.opening_rate, 0) });
  const least = Math.min(...days.map((day) => day.opening_rate ?? 1));
  return plot(t('over.openingTrend'), answer, dayLine(days, (day) => day.opening_rate, 480, 203, `${t('over.openingTrend')}：${answer}`, { floor: least >= 0.8 ? 0.8 : least >= 0.5 ? 0.5 : 0 }), {
    table: table([t('over.day'), t('over.openingRate')], days.map((day) => [day.day, percent(day.opening_rate)])) });
}

function categories({ categories: found, totals }) {
  const top = found[0];
  if (!top) return plot(t('over.categories'), t('over.noAlerts'), null);
  const answer = top ? t('over.categoryTop', { name: categoryName(top.category), p: percent(top.alerts / totals.alerts, 0) }) : '';
  return plot(t('over.categories'), answer, rows(found.slice(0, MOST_ROWS).map((one) => ({ name: categoryName(one.category), severities: one.severities, total: one.alerts, note: one.judged ? `${t('over.precise')} ${percent(one.precision, 0)}` : '' })), 480, `${t('over.categories')}：${answer}`, { right: 110 }), {
    table: table([t('over.category'), t('over.alerts'), t('over.precision')], found.map((one) => [categoryName(one.category), String(one.alerts), percent(one.precision, 0)])) });
}

function hours({ hours: found }) {
  const rate = (hour) => (100 * hour.alerts) / hour.calls;
  const known = found.filter((hour) => hour.calls >= FEW_CALLS);
  const top = known.reduce((best, hour) => (best === null || rate(hour) > rate(best) ? hour : best), null);
  const answer = top ? t('over.hourTop', { h: top.hour, n: rate(top).toFixed(0) }) : '';
  return plot(t('over.hoursTitle'), answer, hourBars(found, FEW_CALLS, 480, 200, `${t('over.hoursTitle')}：${answer}`), { note: t('over.hourFew', { n: FEW_CALLS }),
    table: table([t('over.hour'), t('over.calls'), t('over.alerts')], found.filter((hour) => hour.calls || hour.alerts).map((hour) => [`${hour.hour}:00`, String(hour.calls), String(hour.alerts)])) });
}

function agents({ agents: found }) {
  const known = found.filter((one) => one.totals.calls >= FEW_CALLS).slice(0, MOST_ROWS);
  const top = known[0];
  const answer = top && top.totals.alerts ? t('over.agentTop', { agent: top.agent || '—', team: top.team, n: top.totals.per_100.toFixed(0), name: categoryName(top.top) }) : '';
  const lines = known.map((one) => ({ name: `${one.agent || '—'} ${one.team}`, severities: scaled(one.totals), total: one.totals.per_100, note: categoryName(one.top) }));
  if (!lines.length) return plot(t('over.agents'), answer, null, { note: t('over.agentFew', { n: FEW_CALLS }) });
  return plot(t('over.agents'), answer, rows(lines, 480, `${t('over.agents')}：${answer}`, { text: (n) => n.toFixed(0), left: 110, right: 150 }), { note: t('over.agentFew', { n: FEW_CALLS }),
    table: table([t('over.agent'), t('over.calls'), t('over.alerts'), t('over.per100'), t('over.openingRate'), t('over.main')], found.map((one) => [`${one.agent} ${one.team}`, String(one.totals.calls), String(one.totals.alerts), (one.totals.per_100 ?? 0).toFixed(1), percent(one.totals.opening_rate, 0), categoryName(one.top)])) });
}

/** Severities per hundred calls. */
function scaled(totals) {
  return Object.fromEntries(Object.entries(totals.severities).map(([name, n]) => [name, (100 * n) / totals.calls]));
}

function teams({ teams: found }) {
  return h('section', { class: 'plot-card' }, h('h3', { text: t('over.teams') }), table([t('over.team'), t('over.calls'), t('over.per100'), t('over.openingRate'), t('over.coverage'), t('over.precision')],
    found.map((one) => [h('strong', { text: one.team }), String(one.totals.calls), (one.totals.per_100 ?? 0).toFixed(1), percent(one.totals.opening_rate, 0), percent(one.totals.coverage, 0), percent(one.totals.precision, 0)])));
}

function precision({ rules }) {
  const known = rules.filter((one) => one.precision !== null).sort((a, b) => a.high - b.high || a.low - b.low).slice(0, MOST_ROWS);
  const missed = rules.reduce((sum, one) => sum + one.misses, 0);
  const named = (rule) => draw.titles.get(rule) || rule;
  if (!known.length) return h('section', { class: 'plot-card wide' }, h('h3', { text: t('over.rules') }), h('p', { class: 'muted', text: t('over.rulesNone') }));
  return plot(t('over.rules'), `${named(known[0].rule)} ${percent(known[0].precision, 0)}${missed ? ` · ${t('over.misses', { n: missed })}` : ''}`,
    intervals(known.map((one) => ({ name: named(one.rule), value: one.precision, low: one.low, high: one.high, note: `${percent(one.precision, 0)}（${one.upheld}/${one.upheld + one.false_alarms}）` })), 1100, t('over.rules')), { wide: true, note: t('over.rulesNote') });
}
