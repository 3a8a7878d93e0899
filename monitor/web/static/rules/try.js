// The try box: what the rules make of words that somebody types or pastes.
import { api } from '../api.js';
import { button, fill, h, icon } from '../dom.js';
import { note } from '../notes.js';
import { explain } from '../shell.js';
import { INDUSTRIES, busy, categoryName, choice, industryName, itemName, severityMark } from '../qa/parts.js';
import { t, tOr } from '../words.js';

const BUSINESS = ['marketing', 'service', 'collection'];

export class TryBox {
  constructor(desk) {
    this.desk = desk;
    this.given = { industry: 'wealth', business: 'marketing', role: 'agent' };
    this.draft = null;
    this.text = h('textarea', { class: 'try-text', 'aria-label': t('rules.tryTitle'), placeholder: t('rules.trySample'), maxlength: '40000', rows: '6',
      onkeydown: (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.run(); } });
    this.industry = choice(t('rules.industry'), INDUSTRIES.map((id) => [id, industryName(id)]), this.given.industry, (value) => { this.given.industry = value; });
    this.business = choice(t('rules.business'), BUSINESS.map((id) => [id, t(`business.${id}`)]), this.given.business, (value) => { this.given.business = value; });
    this.company = h('input', { type: 'text', placeholder: t('rules.company'), 'aria-label': t('rules.company'), maxlength: '100' });
    this.withDraft = h('input', { type: 'checkbox', checked: true });
    this.draftLine = h('label', { class: 'line with-draft', hidden: true }, this.withDraft, t('rules.withDraft'));
    this.go = button(t('rules.try'), { drawing: 'play', kind: 'primary', key: 'Ctrl ⏎', onclick: () => this.run() });
    this.result = h('div', { class: 'tried', 'aria-live': 'polite' });
    this.element = h('aside', { class: 'try', 'aria-label': t('rules.tryTitle') }, h('h2', { text: t('rules.tryTitle') }), h('small', { text: t('rules.tryHint') }), this.text,
      h('div', { class: 'line' }, this.industry, this.business), this.company, this.draftLine, this.go, this.result);
  }

  /** A draft that may stand in for its pack; `read` gives its text now. */
  offer(read) {
    this.draft = read;
    this.draftLine.hidden = !read;
  }

  fill(text, { industry, role } = {}) {
    this.text.value = text;
    if (industry) this.industry.value = this.given.industry = industry;
    this.given.role = role || 'agent';
    this.run();
  }

  async run() {
    const text = this.text.value.trim() || this.text.placeholder;
    if (!this.text.value.trim()) this.text.value = text;
    await busy(this.go, async () => {
      const asked = { text, industry: this.given.industry, business: this.given.business, company: this.company.value.trim(), role: this.given.role };
      if (this.draft && this.withDraft.checked) asked.draft = this.draft();
      try {
        this.draw(await api.post('/api/rules/try', asked));
      } catch (fault) {
        note(fault.code === 'bad_rule' || fault.code === 'bad_pack' ? fault.message : explain(fault), { kind: 'bad' });
      }
    });
  }

  draw(found) {
    const ended = found.at_end.filter((event) => event.type === 'alert');
    fill(this.result, found.turns.map((turn) => this.turn(turn)),
      ended.length > 0 && h('div', { class: 'turn end' }, h('small', { text: t('rules.atEnd') }), ended.map(caused)),
      h('small', { class: 'mono', text: t('rules.usedPacks', { packs: found.packs }) }));
  }

  turn(turn) {
    const events = turn.caused.filter((event) => event.type === 'alert' || event.type === 'signal' || (event.type === 'disclosure' && event.state === 'met'));
    const quiet = !events.length && !turn.removed.length;
    return h('div', { class: `turn ${turn.role}` },
      h('div', { class: 'turn-line' }, h('span', { class: 'role', text: t(`channel.${turn.role}`) }), h('p', {}, lit(turn, events)), quiet && h('span', { class: 'quiet', title: t('rules.clean') }, icon('check', 'little'), h('span', { class: 'hidden-text', text: t('rules.clean') }))),
      events.map(caused),
      turn.removed.map((one) => h('div', { class: 'removed' }, icon('cross', 'little'), h('div', {}, h('strong', { text: `“${one.quote}”` }), ` ${t('rules.removed')}，${t('rules.because', { reason: one.reason })} `, h('a', { href: `#/rule/${one.rule}`, text: one.title })))));
  }
}

function caused(event) {
  if (event.type === 'disclosure') return h('div', { class: 'caused met' }, icon('check', 'little'), h('span', { text: `${itemName(event.item)}：${event.quote}` }));
  if (event.type === 'signal') return h('div', { class: 'caused signal' }, icon('message', 'little'), h('span', { text: `${tOr(`signal.${event.signal}`, event.signal)}：${event.quote}` }));
  return h('div', { class: `caused ${event.severity}` }, severityMark(event.severity), h('div', {}, h('strong', { text: categoryName(event.category) }), ' ', h('a', { href: `#/rule/${event.rule}`, text: event.title || event.rule }), h('p', { text: event.why }), event.advice && h('p', { class: 'advice' }, icon('message', 'little'), event.advice)));
}

/** The turn's words with every phrase that a rule looks for underlined. */
function lit(turn, events) {
  const parts = [];
  const strong = events.filter((event) => event.type === 'alert').map((event) => event.quote);
  let at = 0;
  for (const hit of turn.hits) {
    if (hit.from < at || hit.to <= hit.from) continue;
    if (hit.from > at) parts.push(turn.text.slice(at, hit.from));
    const words = turn.text.slice(hit.from, hit.to);
    parts.push(h('mark', { class: strong.some((quote) => quote.includes(words)) ? 'strong' : 'weak', title: `${t(`match.${hit.level}`)} · ${hit.phrase}`, text: words }));
    at = hit.to;
  }
  parts.push(turn.text.slice(at));
  return parts;
}
