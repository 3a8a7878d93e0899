// The call judged again under another version of a pack, beside the record.
import { api } from '../api.js';
import { button, fill, h } from '../dom.js';
import { clock } from '../format.js';
import { note } from '../notes.js';
import { explain } from '../shell.js';
import { t } from '../words.js';
import { busy, categoryName, choice, dateTime, field, severityMark } from './parts.js';

const SIGNS = { same: '=', changed: '≠', added: '+', removed: '−' };

export function rejudgePanel(view) {
  const given = { text: '' };
  const result = h('div', { class: 'rejudged' });
  const place = h('div');
  const go = button(t('rejudge.go'), { drawing: 'rules', kind: 'primary', onclick: () => busy(go, async () => {
    const [kind, value] = given.text.split(':');
    const asked = kind === 'proposal' ? { proposal: Number(value) } : kind === 'text' ? { text: value } : {};
    try {
      draw(result, await api.post(`/api/qa/calls/${encodeURIComponent(view.number)}/rejudge`, asked), view);
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  }) });
  const select = (options) => fill(place, field(t('rejudge.which'), choice(t('rejudge.which'), options, given.text, (value) => { given.text = value; }, { hidden: false })));
  select([['', t('rejudge.current')]]);
  versions().then((found) => select([['', t('rejudge.current')], ...found])).catch(() => {});
  return h('div', { class: 'rejudge' }, h('p', { class: 'muted', text: t('rejudge.text') }), place, go, result);
}

async function versions() {
  const { packs } = await api.get('/api/rules');
  const whole = await Promise.all(packs.map((pack) => api.get(`/api/rules/${pack.pack}`)));
  const older = whole.flatMap((pack) => pack.versions.filter((one) => one.sha256 !== pack.sha256)
    .map((one) => [`text:${one.sha256}`, t('rejudge.version', { pack: pack.title, v: one.version, day: dateTime(one.first_wall).slice(0, 10) })]));
  const { proposals } = await api.get('/api/rules/proposals');
  return [...older, ...proposals.filter((one) => one.state === 'open').map((one) => [`proposal:${one.number}`, t('rejudge.proposal', { n: one.number, pack: one.pack })])];
}

function draw(root, found, view) {
  const count = (name) => found.counts[name] || 0;
  const moved = count('changed') + count('added') + count('removed');
  fill(root,
    h('div', { class: 'line' }, ['same', 'changed', 'added', 'removed'].map((name) => h('span', { class: `chip ${name}`, text: `${t(`rejudge.${name}`)} ${count(name)}` }))),
    h('small', { text: t('rejudge.with', { packs: found.packs.join('、') }) }),
    !moved && h('p', { class: 'banner good', text: t('rejudge.equal') }),
    h('div', { class: 'stack' }, found.differences.map((one) => {
      const side = one.after || one.before;
      return h('article', { class: `difference ${one.change}` }, h('span', { class: 'sign', 'aria-label': t(`rejudge.${one.change}`), text: SIGNS[one.change] }),
        h('div', {}, h('div', { class: 'line' },
          one.before && one.change === 'changed' && one.before.severity !== one.after.severity ? [severityMark(one.before.severity), '→', severityMark(one.after.severity)] : severityMark(side.severity),
          h('strong', { text: categoryName(side.category) }), h('span', { class: 'gap' }),
          h('button', { type: 'button', class: 'button at', onclick: () => view.player.play(Math.max(0, side.start - 2), side.end + 1.5) }, clock(side.start))),
        side.quote && h('p', { class: 'quote', text: side.quote }), one.change !== 'same' && h('p', { class: 'why', text: side.why })));
    })));
}
