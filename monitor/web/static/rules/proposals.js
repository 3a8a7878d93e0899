// Proposals: what changes, how past calls would have been judged, and the second person's decision.
import { api } from '../api.js';
import { button, fill, h, icon } from '../dom.js';
import { clock } from '../format.js';
import { note } from '../notes.js';
import { blank, explain } from '../shell.js';
import { busy, categoryName, choice, dateTime, field, personName, severityMark } from '../qa/parts.js';
import { t } from '../words.js';
import { diffLines } from './diff.js';

const KINDS = { open: 'warn', published: 'good', rejected: 'bad', withdrawn: 'hollow' };
const LOOK_MS = 700;

export async function proposalsView(desk) {
  const { proposals } = await api.get('/api/rules/proposals');
  if (!proposals.length) return blank('rules', t('proposal.none'), t('proposal.noneText'));
  return h('article', { class: 'rule-page' }, h('h2', { text: t('rules.proposals') }), h('table', {}, h('tbody', {}, proposals.map((one) => h('tr', {},
    h('td', {}, h('a', { href: `#/proposal/${one.number}`, text: t('proposal.title', { n: one.number, pack: title(desk, one.pack) }) }), h('br'), h('small', { text: one.note })),
    h('td', { text: t('proposal.by', { who: personName(one.by), at: dateTime(one.at_wall) }) }),
    h('td', { class: 'right' }, h('span', { class: `chip ${KINDS[one.state]}`, text: t(`proposal.state.${one.state}`) })))))));
}

function title(desk, pack) {
  const found = desk.packs.find((each) => each.pack === pack);
  return found ? found.title : pack;
}

export async function proposalView(desk, number) {
  const root = h('article', { class: 'rule-page proposal' });
  const load = async () => {
    const one = await api.get(`/api/rules/proposals/${encodeURIComponent(number)}`);
    draw(root, desk, one, load);
    if (one.run && one.run.proposal === one.number) setTimeout(() => { if (root.isConnected) load().catch(() => {}); }, LOOK_MS);
  };
  await load();
  return root;
}

function draw(root, desk, one, load) {
  const open = one.state === 'open';
  fill(root,
    h('header', {}, h('div', { class: 'line' }, h('h2', { text: t('proposal.title', { n: one.number, pack: title(desk, one.pack) }) }), h('span', { class: `chip ${KINDS[one.state]}`, text: t(`proposal.state.${one.state}`) })),
      h('small', { text: t('proposal.by', { who: personName(one.by), at: dateTime(one.at_wall) }) }), one.note && h('p', { text: one.note })),
    steps(one),
    one.stale && h('p', { class: 'banner bad' }, icon('high'), t('proposal.stale')),
    one.decided_by && h('p', { class: 'decided' }, h('strong', { text: personName(one.decided_by) }), ` ${dateTime(one.decided_wall)} `, one.decision),
    h('section', { class: 'part' }, h('h3', { text: t('proposal.dryRun') }), h('p', { class: 'muted', text: t('proposal.dryText') }), open && runLine(desk, one, load), one.dry_run && outcome(one.dry_run)),
    open && decision(desk, one, load),
    one.changed && h('section', { class: 'part' }, h('h3', { text: t('proposal.changes') }), diffLines(one.changed)));
}

function steps(one) {
  const done = [true, Boolean(one.dry_run), one.state === 'published'];
  return h('ol', { class: 'steps' }, ['draft', 'tried', 'approved'].map((name, k) => h('li', { class: done[k] ? 'done' : '' }, icon(done[k] ? 'check' : 'clock', 'little'), t(`proposal.step.${name}`))));
}

function runLine(desk, one, load) {
  if (one.run) {
    const bar = h('progress', { max: String(Math.max(1, one.run.of)), 'aria-label': t('proposal.dryRun') });
    bar.value = one.run.done;
    return h('div', { class: 'line', role: 'status' }, bar, t('proposal.running', one.run));
  }
  if (!desk.may.has('rules.propose')) return null;
  let calls = '200';
  const go = button(one.dry_run ? t('proposal.runAgain') : t('proposal.run'), { drawing: 'play', kind: one.dry_run ? '' : 'primary', onclick: () => busy(go, async () => {
    try {
      await api.post(`/api/rules/proposals/${one.number}/dry-run`, { calls: Number(calls) });
      await load();
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  }) });
  return h('div', { class: 'line' }, choice(t('proposal.dryRun'), ['50', '200', '1000'].map((n) => [n, t('proposal.calls', { n })]), calls, (value) => { calls = value; }), go);
}

function outcome(run) {
  const count = (name) => run.counts[name] || 0;
  const moved = count('added') + count('removed') + count('changed');
  return h('div', { class: 'outcome stack' },
    h('div', { class: 'line' }, h('strong', { text: t('proposal.result', { n: run.calls }) }), ['same', 'added', 'removed', 'changed'].map((name) => h('span', { class: `chip ${{ added: 'bad', removed: 'good', changed: 'warn' }[name] || ''}`, text: `${t(`rejudge.${name}`)} ${count(name)}` }))),
    !moved && h('p', { class: 'banner good' }, icon('check'), t('proposal.noDifference')),
    Object.keys(run.rules).length > 0 && h('table', {}, h('thead', {}, h('tr', {}, h('th', { text: t('proposal.byRule') }), ['added', 'removed', 'changed', 'same'].map((name) => h('th', { class: 'right', text: t(`rejudge.${name}`) })))),
      h('tbody', {}, Object.entries(run.rules).map(([rule, found]) => h('tr', {}, h('td', {}, h('a', { class: 'mono', href: `#/rule/${rule}`, text: rule })), ['added', 'removed', 'changed', 'same'].map((name) => h('td', { class: 'right', text: String(found[name] || '') })))))),
    run.examples.length > 0 && h('h4', { text: t('proposal.examples') }),
    run.examples.map((each) => {
      const side = each.after || each.before;
      return h('div', { class: `sample-difference ${each.change}` }, h('span', { class: `chip ${{ added: 'bad', removed: 'good', changed: 'warn' }[each.change]}`, text: t(`rejudge.${each.change}`) }), severityMark(side.severity, { word: false }), h('strong', { text: categoryName(side.category) }), h('span', { class: 'words', text: side.quote }), h('a', { href: `/qa#/call/${each.call}`, text: `#${each.call} ${clock(side.start)}` }));
    }));
}

function decision(desk, one, load) {
  const area = h('textarea', { maxlength: '2000', rows: '2' });
  const send = (kind) => (event) => busy(event.currentTarget, async () => {
    try {
      await api.post(`/api/rules/proposals/${one.number}/decision`, { decision: kind, note: area.value.trim() });
      if (kind === 'approve') {
        note(t('proposal.done'));
        await desk.load();
      }
      await load();
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  });
  if (one.mine) return h('section', { class: 'part line' }, h('span', { class: 'muted', text: t('proposal.own') }), button(t('proposal.withdraw'), { drawing: 'undo', onclick: send('withdraw') }));
  if (!desk.may.has('rules.approve')) return h('p', { class: 'muted', text: t('proposal.own') });
  return h('section', { class: 'part' }, field(t('proposal.reason'), area), !one.dry_run && h('p', { class: 'muted', text: t('proposal.needRun') }),
    h('div', { class: 'line' }, button(t('proposal.approve'), { drawing: 'check', kind: 'primary', disabled: !one.dry_run || one.stale, onclick: send('approve') }), button(t('proposal.reject'), { drawing: 'cross', onclick: send('reject') })));
}
