// Listening to a live call: its sound is played as it arrives, a quarter of a second later.
import { h, icon, toggle, write } from '../dom.js';
import { FINAL, LiveSocket } from '../feed.js';
import { note } from '../notes.js';
import { t, tOr } from '../words.js';
import { partsOf } from './model.js';

const AHEAD_S = 0.25;
const MOST_AHEAD_S = 1.5;
const HEAD_BYTES = 4;
const OVER = 1000;
const NOT_HERE = [4404, 1013];
// the agent a little to the left, the customer a little to the right
const SIDES = [-0.4, 0.4, 0];

export class Ear {
  /** `changed()` is told when another call, or none, is listened to, or the connection comes or goes. */
  constructor(changed) {
    this.changed = changed;
    this.key = null;
    this.lost = false;
    this.context = null;
  }

  /** Listen to the call, or stop if it is the one that is listened to. */
  toggle(key) {
    const same = key === this.key;
    this.stop();
    if (!same) this.listen(key);
  }

  listen(key) {
    const { team, id } = partsOf(key);
    this.key = key;
    this.context = this.context || new AudioContext();
    this.context.resume();
    this.volume = this.context.createGain();
    this.volume.connect(this.context.destination);
    this.sides = SIDES.map((pan) => new StereoPannerNode(this.context, { pan }));
    for (const side of this.sides) side.connect(this.volume);
    this.next = SIDES.map(() => 0);
    this.socket = new LiveSocket(`/ws/calls/${encodeURIComponent(id)}/sound`, {
      hello: () => ({ team }),
      take: (message) => message instanceof ArrayBuffer && this.play(message),
      changed: (state, code) => this.linked(state, code),
      final: [...FINAL, OVER, ...NOT_HERE],
    });
    this.changed();
  }

  stop() {
    if (!this.key) return;
    this.key = null;
    this.lost = false;
    this.socket.close();
    this.volume.disconnect();
    this.changed();
  }

  /** Silent while something else is to be heard. */
  hush(on) {
    if (this.volume) this.volume.gain.value = on ? 0 : 1;
  }

  linked(state, code) {
    if (state === 'refused') {
      note(code === OVER ? t('ear.over') : tOr(`ear.${code}`, t('error.refused')));
      this.stop();
      return;
    }
    this.lost = state === 'lost';
    this.changed();
  }

  /** A piece of one role. What comes late leaves a gap, what comes too early is let go: it stays live. */
  play(message) {
    const head = new DataView(message);
    const role = head.getUint8(0);
    const samples = new Int16Array(message, HEAD_BYTES);
    const { currentTime } = this.context;
    if (!samples.length || this.next[role] > currentTime + MOST_AHEAD_S) return;
    const at = this.next[role] > currentTime ? this.next[role] : currentTime + AHEAD_S;
    const buffer = this.context.createBuffer(1, samples.length, head.getUint16(2, true));
    buffer.copyToChannel(Float32Array.from(samples, (each) => each / 32768), 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.sides[role]);
    source.start(at);
    this.next[role] = at + buffer.duration;
  }
}

/** Says who is listened to, wherever one looks, and ends it. */
export function earBar(wall) {
  const label = h('span');
  const bar = h('button', { type: 'button', class: 'button listening', hidden: true, onclick: () => wall.ear.stop() },
    icon('sound'), label);
  return {
    element: bar,
    update() {
      const { key, lost } = wall.ear;
      bar.hidden = !key;
      toggle(bar, 'lost', lost);
      if (!key) return;
      const card = wall.model.calls.get(key);
      const who = (card && card.agent) || partsOf(key).id;
      write(label, t(lost ? 'ear.lost' : 'ear.on', { who }));
      bar.title = t(lost ? 'ear.lostHint' : 'ear.onHint', { who });
    },
  };
}
