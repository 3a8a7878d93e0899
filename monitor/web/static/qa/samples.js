// Sampling plans: shown before they are kept, drawn again by anybody from their seed.
import { api } from '../api.js';
import { button, fill, h } from '../dom.js';
import { clock } from '../format.js';
import { ask, note } from '../notes.js';
import { explain } from '../shell.js';
import { t } from '../words.js';
import { busy, dateTime, field, percent, personName, segments, severityMark, shortTime } from './parts.js';

const PLANS = ['random', 'risk', 'new_agents'];

/** The dialog of plans: those so far, and a new one. */
export async function openSamples(view) {
  const chosen = await ask(t('sample.title'), (answer) => {
    const body = h('div', { class: 'samples' });
    const may = view.may.has('alerts.review');
    past(body, answer, may, view);
    queueMicrotask(() => { const dialog = body.closest('dialog'); if (dialog) dialog.classList.add('wide'); });
    return body;
  });
  if (!chosen) return;
  view.filters = { sample: String(chosen) };
  view.refresh();
  view.recount();
}

async function past(body, answer, may, view) {
  let samples = [];
  try {
    ({ samples } = await api.get('/api/qa/samples'));
  } catch (fault) {
    note(explain(fault), { kind: 'bad' });
  }
  const rows = samples.map((one) => h('tr', {},
    h('td', {}, h('strong', { text: one.name }), h('br'), h('small', { text: `${t(`sample.${one.plan.plan}`)} · ${one.plan.seed}` })),
    h('td', {}, dateTime(one.at_wall), h('br'), h('small', { text: personName(one.by) })),
    h('td', {}, progress(one)),
    h('td', { class: 'right' }, button(t('sample.open'), { onclick: () => answer(one.number) }))));
  fill(body, samples.length ? h('div', { class: 'scroll past' }, h('table', {}, h('tbody', {}, rows))) : h('p', { class: 'muted', text: t('sample.empty') }),
    h('div', { class: 'row' }, button(t('close'), { kind: 'plain', onclick: () => answer(null) }),
      may && button(t('sample.new'), { kind: 'primary', onclick: () => draft(body, answer, view) })));
}

function progress(one) {
  const bar = h('progress', { max: String(one.size), 'aria-label': t('sample.progress', { done: one.reviewed, size: one.size }) });
  bar.value = one.reviewed;
  return [bar, h('small', { text: ` ${t('sample.progress', { done: one.reviewed, size: one.size })}` })];
}

function draft(body, answer, view) {
  const given = { plan: 'risk', size: 20 };
  const name = h('input', { type: 'text', maxlength: '100', placeholder: t('sample.nameHint') });
  const size = h('input', { type: 'number', min: '1', max: '500', value: '20' });
  const each = h('input', { type: 'number', min: '1', max: '100', placeholder: t('sample.noLimit') });
  const seed = h('input', { type: 'text', maxlength: '64', autocomplete: 'off' });
  const to = h('input', { type: 'text', maxlength: '500', value: view.session.name || '' });
  const hint = h('small', { text: t('sample.riskHint') });
  const shown = h('div', { class: 'drawn' });
  const keep = button(t('sample.keep'), { kind: 'primary', onclick: () => busy(keep, () => send(true)) });
  const plan = segments(t('sample.plan'), PLANS.map((id) => [id, t(`sample.${id}`)]), given.plan, (id) => {
    given.plan = id;
    fill(hint, t(`sample.${id}Hint`));
  });
  const send = async (kept) => {
    const asked = { name: name.value.trim() || t(`sample.${given.plan}`), plan: given.plan, size: Number(size.value) || 1, seed: seed.value.trim(), keep: kept,
      to: to.value.split(/[,，、;；]/).map((one) => one.trim()).filter(Boolean) };
    if (each.value) asked.per_agent = Number(each.value);
    const { since, team, agent } = Object.fromEntries(view.query());
    Object.assign(asked, since && { since: Number(since) }, team && { team }, agent && { agent });
    try {
      const drawn = await api.post('/api/qa/samples', asked);
      seed.value = drawn.seed;
      if (!kept) return preview(shown, drawn);
      if (!drawn.sample) return note(t('sample.nobody'), { kind: 'bad' });
      note(t('sample.done', { n: drawn.drawn.length }));
      return answer(drawn.sample);
    } catch (fault) {
      return note(explain(fault), { kind: 'bad' });
    }
  };
  const look = button(t('sample.preview'), { onclick: () => busy(look, () => send(false)) });
  fill(body, h('div', { class: 'form-grid' },
    h('div', { class: 'full' }, field(t('sample.name'), name)), h('div', { class: 'full stack' }, plan, hint),
    field(t('sample.size'), size), field(t('sample.perAgent'), each), field(t('sample.seed'), seed), field(t('sample.to'), to)),
  shown, h('div', { class: 'row' }, button(t('cancel'), { kind: 'plain', onclick: () => answer(null) }), look, keep));
  name.focus();
}

function preview(shown, drawn) {
  const weights = new Map(drawn.drawn.map((one) => [one.number, one.weight]));
  fill(shown, h('p', { class: 'muted', text: drawn.drawn.length ? t('sample.shown', { n: drawn.drawn.length, population: drawn.population, seed: drawn.seed }) : t('sample.nobody') }),
    h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, drawn.calls.map((call) => h('tr', {},
      h('td', { text: call.agent }), h('td', { text: call.team }), h('td', { text: shortTime(call.started_wall) }), h('td', { text: clock(call.duration_s || 0) }),
      h('td', {}, h('span', { class: 'line' }, call.severities.slice(0, 8).map((each) => severityMark(each, { word: false })))),
      h('td', { class: 'right', title: percent(null), text: `×${weights.get(call.number)}` })))))));
}
