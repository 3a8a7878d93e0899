// A rule, and a pack, for people who do not write programs.
import { api } from '../api.js';
import { button, fill, h, icon } from '../dom.js';
import { CATEGORIES, categoryName, dateTime, industryName, percent, severityMark } from '../qa/parts.js';
import { t, tOr } from '../words.js';
import { phrases, tree } from './plain.js';
import { diffLines } from './diff.js';

const EXCUSES = ['negation', 'question', 'reported', 'conditional'];

export async function ruleView(desk, name) {
  const [pack] = name.split('/');
  const whole = await desk.whole(pack);
  const item = whole.items.find((each) => each.rule === name);
  if (!item) throw Object.assign(new Error(name), { status: 404, code: 'no_rule' });
  const lists = whole.lists;
  const part = (title, content, kind = '') => content && h('section', { class: `part ${kind}` }, h('h3', { text: title }), content);
  const list = (title, sources, kind) => sources && sources.length > 0 && part(title, phrases(sources, lists), kind);
  return h('article', { class: 'rule-page' },
    h('header', {},
      h('div', { class: 'line' }, item.severity && severityMark(item.severity), h('span', { class: 'chip', text: t(`rules.section.${item.section}`) }), h('span', { class: 'chip hollow', text: item.category ? categoryName(item.category) : tOr(`signal.${item.signal}`, item.signal) }), h('span', { class: 'gap' }), h('a', { class: 'mono', href: `#/pack/${pack}`, text: `${whole.name}` })),
      h('h2', { text: item.title || item.id }), h('small', { class: 'mono', text: item.rule })),
    record(desk, item.rule),
    item.after && h('p', { class: 'lead', text: t('rules.afterSignal', { signal: tOr(`signal.${item.after.signal}`, item.after.signal) }) }),
    item.section === 'disclosures' ? duty(item, part, list, lists) : part(t(`rules.role.${item.role || 'agent'}`), tree(item.match, lists), 'hits'),
    legend(item),
    list(t('rules.answer'), item.answer), list(t('rules.answer_no'), item.answer_no),
    part(t('rules.unless'), tree(item.unless, lists), 'excused'), list(t('rules.allow'), item.allow, 'excused'),
    item.ends_by && part(t('rules.ends'), tree(item.ends_by, lists)),
    item.context && part(t('rules.context'), context(item)),
    item.advice && part(t('rules.advice'), h('p', { class: 'say-instead', text: item.advice })),
    item.basis && item.basis.length > 0 && part(t('rules.basis'), h('ul', { class: 'bases' }, item.basis.map((one) => h('li', {}, one.cite, ' ', h('span', { class: `chip ${one.status === 'law' ? 'good' : one.status === 'unverified' || one.status === 'draft' ? 'warn' : ''}`, text: t(`basis.${one.status}`) }))))),
    part(t('rules.when'), h('p', { class: 'line' }, scope(item, whole).map((text) => h('span', { class: 'chip', text })))),
    part(t('rules.examples'), examples(desk, item, whole)));
}

/** How to read the marks in phrases; only those that occur. */
function legend(item) {
  const written = [];
  JSON.stringify([item.match, item.unless, item.satisfied_by, item.unregistered, item.trigger, item.answer, item.allow], (_, value) => {
    if (typeof value === 'string') written.push(value);
    return value;
  });
  const marks = [[/\(|（/, 'phrase.read.either'], [/\[/, 'phrase.read.optional'], [/~\d/, 'phrase.read.gap'], [/\{/, 'phrase.read.slot']]
    .filter(([form]) => written.some((each) => form.test(each))).map(([, text]) => h('span', {}, h('code', { text: t(text).split(' ')[0] }), t(text).slice(t(text).indexOf(' '))));
  return marks.length > 0 && h('p', { class: 'legend' }, t('phrase.read'), marks);
}

function duty(item, part, list, lists) {
  return [
    h('p', { class: 'lead', text: t(`rules.deadline.${item.kind}`, { s: item.deadline_s }) }),
    part(t('rules.mustSay'), tree(item.satisfied_by, lists), 'good'), part(t('rules.unregistered'), tree(item.unregistered, lists), 'good'),
    part(t('rules.triggerBy'), tree(item.trigger, lists)), list(t('rules.notBy'), item.not_by, 'excused'),
    part(t('rules.prompt'), h('p', { class: 'say-instead', text: item.prompt })),
  ];
}

function context(item) {
  const lines = EXCUSES.map((name) => h('li', { class: item.context[name] ? 'on' : 'off' }, icon(item.context[name] ? 'check' : 'high', 'little'),
    item.context[name] ? t(`rules.context.${name}`) : t('rules.context.immune', { what: t(`rules.context.short.${name}`) })));
  const extra = [item.homophones && t('rules.homophones'), item.cooldown_s && t('rules.cooldown', { s: item.cooldown_s })].filter(Boolean)
    .map((text) => h('li', {}, icon('check', 'little'), text));
  const escalate = item.escalate && h('li', {}, icon('up', 'little'), t('rules.escalate', { count: item.escalate.count, within: item.escalate.within_s }), ' ', severityMark(item.escalate.severity));
  const strong = item.strong_severity && h('li', {}, icon('up', 'little'), t('rules.strong'), ' ', severityMark(item.strong_severity));
  return h('ul', { class: 'context' }, lines, extra, escalate, strong);
}

function scope(item, whole) {
  const when = item.when || {};
  const industries = when.industry && when.industry.length ? when.industry : whole.industries;
  const found = industries === 'all' || !industries.length ? [t('industry.all')] : industries.map(industryName);
  return [...found, ...(when.business || []).map((each) => t(`business.${each}`)), ...(when.product || []), ...(when.not_product || []).map((each) => `≠ ${each}`)];
}

/** How often people found the rule right. */
export function record(desk, rule) {
  const precision = desk.precision[rule];
  const alerts = desk.alerts[rule] || 0;
  const judged = precision ? precision.upheld + precision.false_alarms : 0;
  const calls = h('a', { href: `/qa?rule=${encodeURIComponent(rule)}`, text: t('rules.seeCalls') });
  if (!judged && !(precision && precision.misses)) {
    return h('div', { class: 'record' }, h('span', { class: 'figure none', text: '—' }), h('div', {}, h('strong', { text: t('rules.notJudged') }), h('div', { class: 'muted' }, t('rules.alerts30', { n: alerts }), ' · ', calls)));
  }
  const bar = h('div', { class: 'interval', 'aria-hidden': 'true' }, h('i'), h('b'));
  if (precision.value !== null) {
    bar.firstChild.style.left = `${100 * precision.low}%`;
    bar.firstChild.style.width = `${100 * (precision.high - precision.low)}%`;
    bar.lastChild.style.left = `${100 * precision.value}%`;
  }
  return h('div', { class: 'record' }, h('span', { class: 'figure', text: percent(precision.value, 0) }),
    h('div', { class: 'stack' }, h('strong', { text: `${t('rules.precision')} · ${t('rules.judged', { n: judged, up: precision.upheld, wrong: precision.false_alarms, miss: precision.misses })}` }),
      precision.value !== null && bar,
      h('div', { class: 'muted' }, precision.value !== null ? `${t('rules.interval', { low: percent(precision.low, 0), high: percent(precision.high, 0) })} · ` : '', t('rules.alerts30', { n: alerts }), ' · ', calls)));
}

function examples(desk, item, whole) {
  const found = Object.entries(item.examples || {}).filter(([, sentences]) => sentences.length);
  if (!found.length) return null;
  const industry = whole.industries === 'all' ? 'other' : whole.industries[0];
  return h('div', { class: 'examples' }, h('small', { text: t('rules.examplesHint') }), found.map(([kind, sentences]) => h('div', { class: `example-group ${kind}` },
    h('h4', {}, icon(['fine', 'not_met'].includes(kind) ? 'cross' : 'check', 'little'), t(`rules.examples.${kind}`)),
    sentences.map((sentence) => h('button', { type: 'button', class: 'example', text: sentence, onclick: () => desk.trying.fill(sentence, { industry, role: item.role === 'customer' ? 'customer' : 'agent' }) })))));
}

export async function packView(desk, name) {
  const whole = await desk.whole(name);
  const changed = h('div', { class: 'changed' });
  const current = whole.sha256;
  const compare = async (sha) => {
    const found = await api.get(`/api/rules/${encodeURIComponent(name)}/diff?from=${sha}&to=${current}`);
    fill(changed, diffLines(found));
  };
  const sections = ['rules', 'states', 'disclosures', 'signals'].map((section) => [section, whole.items.filter((item) => item.section === section)]).filter(([, items]) => items.length);
  return h('article', { class: 'rule-page' },
    h('header', {}, h('h2', { text: whole.title }), h('small', { text: t('rules.pack.about', { n: whole.rules.length, author: whole.author, date: whole.date }) }), whole.description && h('p', { text: whole.description })),
    h('div', { class: 'line' }, (whole.industries === 'all' ? [t('industry.all')] : whole.industries.map(industryName)).map((text) => h('span', { class: 'chip', text })), h('span', { class: 'gap' }),
      desk.may.has('rules.propose') && h('a', { class: 'button primary', href: `#/draft/${name}` }, icon('rules', 'little'), t('rules.draft'))),
    sections.map(([section, items]) => h('section', { class: 'part' }, h('h3', { text: t(`rules.section.${section}`) }), h('table', { class: 'pack-table' }, h('tbody', {}, items
      .sort((a, b) => CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category))
      .map((item) => h('tr', {}, h('td', {}, item.severity ? severityMark(item.severity) : ''), h('td', {}, h('a', { href: `#/rule/${item.rule}`, text: item.title || item.id })), h('td', { class: 'muted', text: item.category ? categoryName(item.category) : tOr(`signal.${item.signal}`, '') }), h('td', { class: 'right' }, desk.list.badge(desk.precision[item.rule], desk.alerts[item.rule])))))))),
    h('section', { class: 'part' }, h('h3', { text: t('rules.versions') }), h('table', {}, h('tbody', {}, whole.versions.map((one) => h('tr', {},
      h('td', {}, h('strong', { text: t('rules.version', { v: one.version }) }), ' ', one.sha256 === current && h('span', { class: 'chip good', text: t('rules.inForce') })), h('td', { text: dateTime(one.first_wall) }), h('td', { class: 'mono', text: one.sha256.slice(0, 12) }),
      h('td', { class: 'right' }, one.sha256 !== current && button(t('rules.compare'), { onclick: () => compare(one.sha256) }), one.sha256 !== current && desk.may.has('rules.propose') && h('a', { class: 'button', href: `#/draft/${name}@${one.sha256}`, text: t('rules.restore') })))))), changed));
}
