// The live calls: one row each, with the opening's checklist and both roles' loudness.
import { h, icon, toggle, write } from '../dom.js';
import { SEVERITIES, clock, severityName } from '../format.js';
import { VirtualList } from '../list.js';
import { t, tOr } from '../words.js';

const OPENING = ['company', 'identity', 'purpose'];
const HEARD_ENOUGH_S = 1;
const DRAWING = { met: 'check', missed: 'cross', undetermined: 'help', pending: 'clock' };

export function callList(root, model, onChoose) {
  return new VirtualList(root, {
    rowHeight: 76, label: t('wall.calls'), onChoose,
    key: (card) => card.key,
    create: (card) => (card.heading ? teamRow() : callRow(model)),
  });
}

function callRow(model) {
  const agent = h('strong');
  const line = h('span', { class: 'faint' });
  const badge = h('span', { class: 'badge' });
  const time = h('span', { class: 'time' });
  const ears = h('span', { class: 'ears' }, icon('sound', 'little'));
  const gap = h('span', { class: 'chip warn', title: t('call.lostHint') });
  const checks = OPENING.map((item) => checkChip(item));
  const meters = [meter('agent'), meter('customer')];
  const opening = h('div', { class: 'line opening' }, ...checks.map((each) => each.element));
  const words = h('span', { class: 'words' });
  const element = h('div', { class: 'call-row' },
    h('div', { class: 'line' }, agent, line, badge, gap, ears, time),
    opening,
    h('div', { class: 'line' }, words, h('span', { class: 'meters' }, ...meters.map((each) => each.element))));
  return {
    element,
    update(card) {
      const level = model.levels.get(card.key) || [0, 0, 0, 0];
      write(agent, card.agent ? t('call.agent', { agent: card.agent }) : t('call.noAgent'));
      write(line, tOr(`industry.${card.industry}`, card.industry));
      write(time, card.ended ? t('call.ended') : clock(level[0]));
      write(gap, card.gap_s >= HEARD_ENOUGH_S ? t('call.lost', { s: card.gap_s.toFixed(0) }) : '');
      gap.hidden = card.gap_s < HEARD_ENOUGH_S;
      ears.hidden = !card.listeners.length || Boolean(card.ended);
      if (!ears.hidden) ears.title = t('call.listeners', { who: card.listeners.join(' ') });
      showBadge(badge, model.worst(card.key));
      // the opening of a call that came back was before
      opening.hidden = card.resumed && !card.items.length;
      checks.forEach((each) => each.update(card, level[0]));
      meters[0].update(card.ended ? 0 : level[1]);
      meters[1].update(card.ended ? 0 : level[2]);
      const state = callState(card, level);
      write(words, state || (card.words ? t('call.says', { who: t(`channel.${card.words.channel}`), text: card.words.text }) : ''));
      toggle(words, 'warn', Boolean(state) && !card.ended);
      toggle(element, 'ended', Boolean(card.ended));
    },
  };
}

/** A team: how many calls it has and what waits there; a click folds it. */
function teamRow() {
  const sign = h('span', { class: 'fold' }, icon('down', 'little'));
  const name = h('strong');
  const calls = h('span', { class: 'time' });
  const waits = h('span', { class: 'line' });
  const element = h('div', { class: 'team-row' }, h('div', { class: 'line' }, sign, name, calls), waits);
  let shown = '';
  return {
    element,
    update(group) {
      write(name, group.team);
      write(calls, t('team.calls', { n: group.live }));
      toggle(element, 'folded', group.folded);
      element.title = t(group.folded ? 'team.unfold' : 'team.fold');
      const now = SEVERITIES.map((each) => group[each]).join(' ');
      if (shown === now) return;
      shown = now;
      const some = SEVERITIES.filter((each) => group[each]);
      waits.replaceChildren(...(some.length ? some.map((each) => h('span', { class: `severity ${each}` }, icon(each, 'little'), `${severityName(each)} ${group[each]}`))
        : [h('span', { class: 'faint', text: t('empty.noAlerts') })]));
    },
  };
}

/** What is wrong with hearing the call; empty when nothing is. */
export function callState(card, level) {
  if (card.ended) return '';
  if (card.unmonitored) return t('call.unmonitored');
  if (card.paused) return t('call.paused');
  if (level[3]) return t('call.stalled');
  return '';
}

function showBadge(badge, worst) {
  const wanted = worst ? `${worst.severity} ${worst.count}` : '';
  if (badge.dataset.shows === wanted) return;
  badge.dataset.shows = wanted;
  badge.className = worst ? `badge severity ${worst.severity}` : 'badge';
  badge.replaceChildren();
  if (worst) badge.append(icon(worst.severity, 'little'), `${severityName(worst.severity)} ${worst.count}`);
}

/** A statement of the opening that ticks itself, with the seconds that are left. */
export function checkChip(item) {
  const label = h('span');
  const element = h('span', { class: 'check' }, label);
  let shown = '';
  return {
    element,
    update(card, heard) {
      const found = card.items.find((each) => each.item === item);
      const state = found ? found.state : 'pending';
      const left = found && found.deadline !== null && found.deadline !== undefined ? Math.ceil(found.deadline - heard) : null;
      const counting = state === 'pending' && left !== null && left >= 0 && !card.ended;
      const text = counting ? `${t(`item.${item}`)} ${left}s` : t(`item.${item}`);
      write(label, text);
      toggle(element, 'soon', counting && left <= 10);
      if (shown === state) return;
      shown = state;
      element.dataset.state = state;
      element.title = `${t(`item.${item}`)}：${t(`item.state.${state}`)}`;
      element.replaceChildren(icon(DRAWING[state] || 'clock', 'little'), label,
        h('span', { class: 'hidden-text', text: t(`item.state.${state}`) }));
    },
  };
}

/** A bar that follows the loudness; moved by transform alone, so that it costs no layout. */
export function meter(role) {
  const bar = h('i');
  const element = h('span', { class: `meter ${role}`, title: t('call.speaks', { who: t(`channel.${role}`) }) },
    h('small', { text: t(`channel.${role}`).slice(0, 1) }), h('span', {}, bar));
  let shown = -1;
  return {
    element,
    update(level) {
      if (level === shown) return;
      shown = level;
      bar.style.transform = `scaleX(${level / 9})`;
    },
  };
}
