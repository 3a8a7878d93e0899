// What a new text changes: rule by rule, then line by line.
import { h } from '../dom.js';
import { t } from '../words.js';

const KINDS = { '+': 'added', '-': 'gone', '@': 'at', ' ': '' };

export function diffLines(found) {
  if (!found.lines.length) return h('p', { class: 'muted', text: t('draft.same') });
  return h('div', { class: 'stack' },
    found.changes.length > 0 && h('ul', { class: 'rule-changes' }, found.changes.map((one) => h('li', {}, h('span', { class: `chip ${{ '+': 'good', '-': 'bad', '~': 'warn' }[one.tag]}`, text: t(`change.${one.tag}`) }), ' ', h('span', { class: 'mono', text: one.rule }), one.fields && h('small', { text: ` ${one.fields}` })))),
    h('div', { class: 'diff scroll', tabindex: '0', role: 'region', 'aria-label': t('proposal.changes') }, found.lines.map((line) => h('div', { class: KINDS[line.tag] },
      h('span', { text: line.old ?? '' }), h('span', { text: line.new ?? '' }), h('span', { text: line.tag === '@' ? '' : line.tag }), h('span', { text: line.text })))));
}
