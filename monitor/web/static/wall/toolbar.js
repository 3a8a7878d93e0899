// The controls in the header: search, severity, quiet mode, sound, notifications, the connection.
import { fill, h, icon, iconButton, write } from '../dom.js';
import { note } from '../notes.js';
import { t } from '../words.js';
import { showKeys } from './keys.js';

const LATE_S = 3;
const FLOORS = { low: 'wall.allSeverities', high: 'wall.fromHigh', critical: 'wall.onlyCritical' };

export function toolbar(wall, ear) {
  const { model } = wall;
  const search = h('input', { type: 'search', class: 'search', placeholder: t('wall.search'), 'aria-label': t('wall.search'),
    oninput: () => { model.filter.text = search.value.trim(); wall.redraw(); } });
  const floor = h('select', { 'aria-label': t('wall.severityFilter'), onchange: () => { model.filter.floor = floor.value; wall.redraw(); } },
    ...Object.entries(FLOORS).map(([value, key]) => h('option', { value, text: t(key) })));
  const quiet = h('button', { type: 'button', class: 'icon-button quiet', 'aria-pressed': 'false', title: t('wall.quiet'),
    onclick: () => setQuiet(!model.filter.quiet), text: t('wall.quietShort') });
  const sound = h('button', { type: 'button', class: 'button sound', onclick: () => toggleSound() });
  const notify = iconButton(t('wall.notify.off'), 'bell', () => toggleNotify(), { 'aria-pressed': 'false' });
  const link = h('span', { class: 'link', role: 'status' });
  const health = h('span', { class: 'health' });
  fill(wall.frame.tools, teamSelect(wall), search, floor, ear.element, h('span', { class: 'grow' }), health, link,
    quiet, notify, sound, iconButton(t('keys.title'), 'keys', showKeys));
  setQuiet(localStorage.getItem('quiet') === 'on');

  function setQuiet(on) {
    model.filter.quiet = on;
    localStorage.setItem('quiet', on ? 'on' : 'off');
    quiet.setAttribute('aria-pressed', String(on));
    if (wall.tools) wall.redraw();
  }

  async function toggleSound() {
    await wall.sound.toggle();
    wall.sound.play('medium');
    update();
  }

  async function toggleNotify() {
    if (wall.notifier.state === 'blocked') note(t('wall.notify.blocked'));
    await wall.notifier.toggle();
    update();
  }

  let shown = '';
  function update() {
    const state = wall.sound.state;
    const late = model.behind > LATE_S;
    const shows = `${state} ${wall.notifier.state} ${late ? model.behind.toFixed(0) : ''}`;
    if (shows === shown) return;
    shown = shows;
    fill(sound, icon(state === 'on' ? 'sound' : 'mute'), h('span', { text: t(`wall.sound.${state}`) }));
    sound.className = `button sound ${state}`;
    sound.setAttribute('aria-pressed', String(state === 'on'));
    const notified = wall.notifier.state === 'on';
    notify.setAttribute('aria-pressed', String(notified));
    const told = t(`wall.notify.${wall.notifier.state}`);
    notify.title = told;
    notify.setAttribute('aria-label', told);
    health.className = `health ${late ? 'late' : ''}`;
    write(health, late ? t('link.behind', { s: model.behind.toFixed(0) }) : t('link.well'));
  }

  return {
    search,
    update,
    quiet: () => setQuiet(!model.filter.quiet),
    sound: toggleSound,
    clear() {
      search.value = '';
      floor.value = 'low';
      Object.assign(model.filter, { text: '', floor: 'low' });
      setQuiet(false);
    },
    link(state) {
      link.className = `link ${state}`;
      fill(link, h('i'), t(state === 'connected' ? 'link.connected' : 'link.lost'));
    },
  };
}

function teamSelect(wall) {
  const teams = wall.session.teams;
  if (teams.length < 2) return null;
  const select = h('select', { 'aria-label': t('wall.team'), onchange: () => { localStorage.setItem('team', select.value); location.reload(); } },
    h('option', { value: '', text: t('wall.allTeams') }), ...teams.map((team) => h('option', { value: team, text: team })));
  select.value = wall.teams.length > 1 ? '' : wall.team;
  return select;
}
