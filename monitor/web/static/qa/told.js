// What had to be said on the call, when it was said, and what the customer showed.
import { h, icon } from '../dom.js';
import { clock } from '../format.js';
import { blank } from '../shell.js';
import { t, tOr } from '../words.js';
import { categoryName, itemName, percent } from './parts.js';

export function toldPanel(view) {
  const { disclosures, signals, suspicions = [] } = view.told;
  if (!disclosures.length && !signals.length && !suspicions.length) return blank('check', t('told.none'));
  const hear = (at) => h('button', { type: 'button', class: 'button at', onclick: () => view.player.play(Math.max(0, at - 2)) }, icon('play', 'little'), clock(at));
  return h('div', { class: 'told-panel' },
    disclosures.map((one) => h('div', { class: `told-line ${one.state}` },
      icon({ met: 'check', missed: 'cross' }[one.state] || 'help'),
      h('div', {}, h('strong', { text: itemName(one.item) }), ' ', h('span', { class: `chip ${{ met: 'good', missed: 'bad' }[one.state] || 'hollow'}`, text: t(`told.${one.state}`) }),
        one.deadline !== null && h('small', { text: ` ${t('told.by', { s: clock(one.deadline) })}` }),
        one.quote && h('p', { class: 'quote', text: one.quote })),
      one.state === 'met' && hear(one.at))),
    signals.length > 0 && h('h3', { text: t('signals.title') }),
    signals.map((one) => h('div', { class: 'told-line signal' }, icon('message'), h('div', {}, h('strong', { text: tOr(`signal.${one.signal}`, one.signal) }), one.quote && h('p', { class: 'quote', text: one.quote })), hear(one.start))),
    suspicions.length > 0 && h('h3', { text: t('suspicions.title') }),
    suspicions.map((one) => h('div', { class: 'told-line signal' }, icon('help'), h('div', {}, h('strong', { text: categoryName(one.category) }), ' ', h('span', { class: 'chip hollow', text: percent(one.chance, 0) }), h('p', { class: 'quote', text: one.quote }), h('small', { text: one.why })), hear(one.start))));
}

