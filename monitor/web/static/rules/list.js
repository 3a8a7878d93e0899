// Packs and their rules down the side, with how often each was right.
import { fill, h, icon, toggle } from '../dom.js';
import { severityMark } from '../qa/parts.js';
import { t } from '../words.js';
import { ruleTitle } from './plain.js';

const ENOUGH = 10;

export class RuleList {
  constructor(desk) {
    this.desk = desk;
    this.words = '';
    this.search = h('input', { type: 'search', placeholder: t('rules.search'), 'aria-label': t('rules.search'), oninput: () => { this.words = this.search.value.trim(); this.draw(); } });
    this.box = h('div', { class: 'search-box' }, icon('search', 'little'), this.search);
    this.element = h('nav', { class: 'rule-list', 'aria-label': t('rules.packs') });
    this.links = new Map();
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target.closest('input, textarea, select, dialog')) return;
      event.preventDefault();
      this.search.focus();
    });
  }

  draw() {
    this.links.clear();
    const { packs, precision, alerts } = this.desk;
    fill(this.element, packs.map((pack) => {
      const rules = pack.rules.filter((rule) => !this.words || `${ruleTitle(rule)}${rule.rule}${t(`category.${rule.category}`)}`.toLowerCase().includes(this.words.toLowerCase()));
      if (!rules.length) return null;
      const about = h('a', { class: 'rule about-pack', href: `#/pack/${pack.pack}` }, icon('book', 'little'), h('span', { class: 'name', text: t('rules.aboutPack') }));
      this.links.set(`pack:${pack.pack}`, about);
      return h('details', { open: Boolean(this.words) || pack === packs[0] || this.opened === pack.pack, 'data-pack': pack.pack },
        h('summary', {}, icon('right', 'little'), h('strong', { text: pack.title }), h('small', { text: `${t('rules.version', { v: pack.version })} · ${pack.rules.length}` })), about,
        rules.map((rule) => {
          const link = h('a', { class: 'rule', href: `#/rule/${rule.rule}` },
            rule.severity ? severityMark(rule.severity, { word: false }) : icon('message', 'little'),
            h('span', { class: 'name', text: ruleTitle(rule) }), this.badge(precision[rule.rule], alerts[rule.rule]));
          this.links.set(rule.rule, link);
          return link;
        }));
    }));
    if (this.now) this.mark();
  }

  badge(precision, alerts) {
    if (precision && precision.value !== null) {
      const judged = precision.upheld + precision.false_alarms;
      const kind = judged < ENOUGH ? 'hollow' : precision.value >= 0.9 ? 'good' : precision.value >= 0.7 ? 'warn' : 'bad';
      return h('span', { class: `chip ${kind}`, title: `${t('rules.precision')} · ${t('rules.verdicts', { n: judged })}`, text: `${Math.round(100 * precision.value)}%` });
    }
    return alerts ? h('span', { class: 'chip hollow', title: t('rules.alerts30', { n: alerts }), text: String(alerts) }) : null;
  }

  choose(rule, pack) {
    this.now = rule || (pack ? `pack:${pack}` : '');
    this.opened = pack || (rule ? rule.split('/')[0] : this.opened);
    this.mark();
  }

  mark() {
    for (const [name, link] of this.links) {
      const on = name === this.now;
      toggle(link, 'chosen', on);
      if (on) {
        link.setAttribute('aria-current', 'true');
        const group = link.closest('details');
        if (group) group.open = true;
        link.scrollIntoView({ block: 'nearest' });
      } else link.removeAttribute('aria-current');
    }
  }
}
