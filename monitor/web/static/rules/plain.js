// Expressions of a rule in plain words, and phrases with their marks explained.
import { h } from '../dom.js';
import { categoryName, industryName } from '../qa/parts.js';
import { t, tOr } from '../words.js';

/** What people call a rule; signals have no title of their own. */
export function ruleTitle(rule) {
  const id = rule.rule.split('/')[1];
  if (!rule.signal || (rule.title && rule.title !== id)) return rule.title || id;
  const name = tOr(`signal.${rule.signal}`, rule.signal);
  return rule.strength ? `${name} · ${tOr(`rules.strength.${rule.strength}`, rule.strength)}` : name;
}

const TOKENS = /(~\d*)|(\{[^}]+\})|([()[\]|?（）])/;

/** A phrase: words as written, gaps, lists and slots as marks with an explanation. */
export function phrase(source, lists = {}) {
  const root = h('span', { class: 'phrase' });
  let optional = 0;
  for (const part of source.split(TOKENS).filter(Boolean)) {
    if (part.startsWith('~')) {
      const n = part.slice(1) || '4';
      root.append(h('i', { class: 'gap-mark', title: t('phrase.gap', { n }), text: `⋯${n}` }));
    } else if (part.startsWith('{')) root.append(slot(part.slice(1, -1), lists));
    else if (part === '[') { optional += 1; root.append(h('i', { class: 'brace', title: t('phrase.optional'), text: '[' })); } else if (part === ']') { optional -= 1; root.append(h('i', { class: 'brace', text: ']' })); } else if (/^[()|?（）]$/.test(part)) root.append(h('i', { class: 'brace', text: part === '|' ? '／' : part }));
    else root.append(h('span', { class: optional ? 'optional' : null, title: optional ? t('phrase.optional') : null, text: part }));
  }
  return root;
}

function slot(name, lists) {
  const label = tOr(`phrase.slot.${name}`, null);
  if (label) return h('b', { class: 'slot', text: label });
  const words = lists[name];
  return h('b', { class: 'slot', title: words ? `${t('phrase.list', { name })}：${words.slice(0, 30).join('、')}` : t('phrase.list', { name }), text: `〔${name}〕` });
}

/** Phrases in a row. */
export function phrases(sources, lists) {
  return h('div', { class: 'phrases' }, sources.map((source) => phrase(source, lists)));
}

/** An expression as nested boxes, each with a line that says how its parts go together. */
export function tree(node, lists) {
  if (!node) return null;
  if (node.op === 'phrase') return h('div', { class: 'phrases' }, phrase(node.pattern, lists));
  const parts = inner(node);
  const plain = parts.filter((part) => part.op === 'phrase');
  const rest = parts.filter((part) => part.op !== 'phrase');
  const box = h('div', { class: `op ${node.op}` }, h('div', { class: 'op-name', text: title(node) }),
    plain.length > 0 && h('div', { class: 'phrases' }, plain.map((part) => phrase(part.pattern, lists))), rest.map((part) => tree(part, lists)));
  if (node.ref && typeof node.ref === 'object') box.append(h('div', { class: 'op-name', text: t(`op.${node.op}`) }), tree(node.ref, lists));
  return box;
}

function inner(node) {
  if (Array.isArray(node.of)) return node.of;
  return node.of ? [node.of] : [];
}

function title(node) {
  switch (node.op) {
    case 'scope': return t(`op.scope.${node.scope}`);
    case 'short': return t('op.short', { n: node.chars });
    case 'window': return node.seconds !== null ? t('op.window.seconds', { n: node.seconds }) : t('op.window.turns', { n: node.turns });
    case 'said': return node.within_s === null ? t('op.said', node) : t('op.saidWithin', { times: node.times, within: node.within_s });
    case 'by_role': return t('op.by_role', { role: t(`channel.${node.role}`) });
    case 'similar': return t('op.similar', { category: categoryName(node.category) });
    case 'industry_is': return t('op.industry_is', { names: node.names.map(industryName).join('、') });
    case 'product_is': return t('op.product_is', { names: node.names.join('、') });
    case 'meta_is': return t('op.meta_is', { fields: node.fields.map((pair) => pair.join('=')).join('、') });
    default: return t(`op.${node.op}`, node);
  }
}
