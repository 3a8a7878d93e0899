// The first look: nothing is connected yet. Play the demo calls, or connect one's own.
import { api } from '../api.js';
import { button, h, icon } from '../dom.js';
import { note } from '../notes.js';
import { explain } from '../shell.js';
import { t } from '../words.js';

/** Ask the server to play; resolves with whether it does. */
export async function playDemo(team) {
  try {
    await api.post(`/api/demo?team=${encodeURIComponent(team)}`);
    note(t('demo.started'));
    return true;
  } catch (fault) {
    note(explain(fault), { kind: 'bad' });
    return false;
  }
}

export function firstLook(team, demo, onPlay) {
  const play = button(t('empty.play'), { drawing: 'play', kind: 'primary large', onclick: async () => {
    play.disabled = true;
    if (await playDemo(team)) onPlay();
    else play.disabled = false;
  } });
  return h('div', { class: 'first-look' },
    icon('wave', 'big'),
    h('h2', { text: t('empty.title') }),
    demo.available && h('p', { text: t('empty.text') }),
    demo.available && play,
    h('h3', { text: t('empty.connect') }),
    h('ol', {},
      h('li', {}, h('span', { text: t('empty.step1') }), h('code', { text: `monitor token create --role ingest --team ${team}` })),
      h('li', {}, h('span', { text: t('empty.step2') }), h('code', { text: `monitor send --to ${location.origin.replace('http', 'ws')} call.wav` }))));
}
