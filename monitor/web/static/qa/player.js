// The sound of a call: two lanes drawn on a canvas, one for each role, and what was found in them.
import { api } from '../api.js';
import { fill, h, icon, iconButton, write } from '../dom.js';
import { clock } from '../format.js';
import { t } from '../words.js';
import { choice, segments } from './parts.js';

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const PIN = 25;
const TWICE_MS = 5000;
// how loud it was is not known without a recording
const SPOKEN = 0.35;

export class Player {
  /** `call` as listed, `marks` [{at, end, kind, severity, label, id}], `speech` [{channel, start, end}], `lost` stretches. */
  constructor({ call, duration, marks, speech, lost, onTime, onMark }) {
    this.call = call;
    this.duration = Math.max(duration, 0.1);
    this.marks = marks;
    this.speech = speech;
    this.lost = lost;
    this.onTime = onTime;
    this.onMark = onMark;
    this.at = 0;
    this.channel = 'both';
    this.peaks = null;
    this.audio = new Audio();
    this.audio.preload = 'auto';
    this.canvas = h('canvas', { class: 'wave', 'aria-hidden': 'true' });
    this.pins = h('div', { class: 'pins' });
    this.cursor = h('i', { class: 'cursor' });
    this.hover = h('span', { class: 'hover-time', hidden: true });
    this.lanes = h('div', { class: 'lanes' }, this.canvas, this.cursor, this.hover, h('span', { class: 'lane-name a', text: t('channel.agent') }), h('span', { class: 'lane-name c', text: t('channel.customer') }));
    this.range = h('input', { type: 'range', class: 'seek bar', min: '0', max: this.duration.toFixed(2), step: '0.1', value: '0', 'aria-label': t('player.position'),
      oninput: () => this.seek(Number(this.range.value)) });
    this.time = h('span', { class: 'now', text: '0:00' });
    this.sign = iconButton(t('player.play'), 'play', () => this.toggle());
    this.sign.classList.add('play');
    this.rate = choice(t('player.speed'), SPEEDS.map((each) => [String(each), `${each}×`]), '1', (value) => this.speed(Number(value)));
    this.message = h('p', { class: 'player-note', role: 'status' });
    this.controls = h('div', { class: 'controls' },
      iconButton(t('player.back'), 'undo', () => this.step(-5)), this.sign,
      h('span', { class: 'times' }, this.time, ` / ${clock(this.duration)}`),
      this.rate,
      this.channels = segments(t('player.channel'), ['both', 'agent', 'customer'].map((id) => [id, t(`player.${id}`)]), 'both', (id) => this.listen(id)),
      h('button', { type: 'button', class: 'button', onclick: () => this.nextAlert(1) }, icon('right', 'little'), h('span', { text: t('player.nextAlert') }), h('kbd', { text: 'N' })),
      h('small', { class: 'keys', text: t('player.keys') }));
    this.element = h('section', { class: 'player', 'aria-label': t('player.position') }, this.pins, this.lanes, this.range, this.controls, this.message);
    this.wire();
    this.load();
  }

  wire() {
    const redraw = () => { this.draw(); this.drawPins(); };
    this.watch = new ResizeObserver(redraw);
    this.watch.observe(this.lanes);
    this.look = new MutationObserver(() => this.draw());
    this.look.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    for (const name of ['play', 'pause', 'ended', 'seeked']) this.audio.addEventListener(name, () => this.state());
    this.audio.addEventListener('error', () => { if (this.audio.src) this.renew(); });
    const place = (event) => {
      const box = this.lanes.getBoundingClientRect();
      return Math.min(this.duration, Math.max(0, ((event.clientX - box.left) / box.width) * this.duration));
    };
    let dragging = false;
    this.lanes.addEventListener('pointerdown', (event) => { dragging = true; this.lanes.setPointerCapture(event.pointerId); this.seek(place(event)); });
    this.lanes.addEventListener('pointerup', () => { dragging = false; });
    this.lanes.addEventListener('pointermove', (event) => {
      const at = place(event);
      this.hover.hidden = false;
      write(this.hover, clock(at));
      this.hover.style.transform = `translateX(${(at / this.duration) * this.lanes.clientWidth}px)`;
      if (dragging) this.seek(at);
    });
    this.lanes.addEventListener('pointerleave', () => { this.hover.hidden = true; });
  }

  address(kind, query = {}) {
    const asked = new URLSearchParams({ team: this.call.team, ...query });
    return `/api/calls/${encodeURIComponent(this.call.call)}/${kind}?${asked}`;
  }

  async load() {
    try {
      this.peaks = await api.get(this.address('peaks', { bins: '1200' }));
      this.audible = true;
      await this.source();
      if (this.peaks.duration > this.duration) this.stretch(this.peaks.duration);
      if (this.wanted) await this.play();
    } catch {
      this.audible = false;
      this.say(t('player.none'));
      this.sign.disabled = true;
      for (const each of this.channels.children) each.disabled = true;
    }
    this.draw();
  }

  /** The sound of the chosen channel from here on; each time with a new grant. */
  async source() {
    const { channel } = this;
    const grant = await api.grant(this.call.call, this.call.team);
    if (channel !== this.channel) return;
    this.audio.src = `${this.address('audio', { channel })}&grant=${grant}`;
    this.granted = performance.now();
    // asked after the wait: somebody may have clicked meanwhile
    this.audio.currentTime = this.at;
    this.audio.playbackRate = Number(this.rate.value);
  }

  /** A grant that is over looks like a broken file: go on with another, where it stopped. */
  async renew() {
    if (performance.now() - this.granted < TWICE_MS) {
      this.say(t('player.failed'));
      return;
    }
    const wanted = this.wanted;
    try {
      await this.source();
      if (wanted) await this.play();
    } catch {
      this.say(t('player.failed'));
    }
  }

  stretch(duration) {
    this.duration = duration;
    this.range.max = duration.toFixed(2);
    this.drawPins();
  }

  say(text) {
    write(this.message, text);
  }

  async listen(channel) {
    const playing = !this.audio.paused;
    this.channel = channel;
    this.draw();
    await this.source().catch(() => this.say(t('player.failed')));
    if (playing && channel === this.channel) this.play();
  }

  speed(value) {
    this.audio.playbackRate = value;
    this.rate.value = String(value);
  }

  faster(step) {
    const here = SPEEDS.indexOf(Number(this.rate.value));
    this.speed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, here + step))]);
  }

  async toggle() {
    if (!this.audible) return;
    if (this.audio.paused) await this.play();
    else this.pause();
  }

  pause() {
    this.wanted = false;
    this.audio.pause();
  }

  async play(from, until = null) {
    if (from !== undefined) this.seek(from);
    this.until = until;
    this.wanted = true;
    if (this.audible) await this.audio.play().catch(() => {});
  }

  step(seconds) {
    this.seek(this.at + seconds);
  }

  seek(at) {
    this.until = null;
    const to = Math.min(this.duration, Math.max(0, at));
    if (this.audible) this.audio.currentTime = to;
    this.moved(to);
  }

  /** To the next alert after here, or the one before. */
  nextAlert(step) {
    const alerts = this.marks.filter((mark) => mark.kind === 'alert').sort((a, b) => a.at - b.at);
    if (!alerts.length) return;
    const next = step > 0 ? alerts.find((mark) => mark.at > this.at + 0.5) || alerts[0] : [...alerts].reverse().find((mark) => mark.at < this.at - 0.5) || alerts[alerts.length - 1];
    this.seek(Math.max(0, next.at - 1));
    this.onMark(next);
  }

  state() {
    const playing = !this.audio.paused && !this.audio.ended;
    fill(this.sign, icon(playing ? 'pause' : 'play'));
    this.sign.setAttribute('aria-label', t(playing ? 'player.pause' : 'player.play'));
    if (playing && !this.ticking) this.tick();
  }

  tick() {
    this.ticking = requestAnimationFrame(() => {
      this.ticking = 0;
      this.moved(this.audio.currentTime);
      if (this.until !== null && this.until !== undefined && this.audio.currentTime >= this.until) {
        this.until = null;
        this.pause();
      }
      if (!this.audio.paused && !this.audio.ended) this.tick();
    });
  }

  moved(at) {
    this.at = at;
    this.range.value = String(at);
    this.range.setAttribute('aria-valuetext', clock(at));
    write(this.time, clock(at));
    this.cursor.style.transform = `translateX(${(at / this.duration) * this.lanes.clientWidth}px)`;
    this.draw();
    this.onTime(at);
  }

  drawPins() {
    const width = this.lanes.clientWidth;
    const used = [];
    let rows = 1;
    fill(this.pins, [...this.marks].sort((a, b) => a.at - b.at).map((mark) => {
      const wanted = Math.min(width - PIN, Math.max(0, (mark.at / this.duration) * width - PIN / 2));
      const free = [0, 1, 2].find((each) => (used[each] ?? -PIN) + PIN <= wanted);
      const row = free ?? [0, 1, 2].reduce((best, each) => (used[each] < used[best] ? each : best), 0);
      // too many at one moment: push aside rather than cover another
      const left = free === undefined ? used[row] + PIN : wanted;
      used[row] = left;
      rows = Math.max(rows, row + 1);
      const pin = h('button', { type: 'button', class: `pin ${mark.kind} ${mark.severity || mark.state || ''}`, title: `${clock(mark.at)} ${mark.label}`, 'aria-label': `${clock(mark.at)} ${mark.label}`, onclick: () => { this.seek(Math.max(0, mark.at - 1)); this.onMark(mark); } },
        icon(mark.kind === 'alert' ? mark.severity : mark.state === 'met' ? 'check' : 'cross', 'little'));
      pin.style.transform = `translate(${left}px, ${row * PIN}px)`;
      return pin;
    }));
    this.pins.style.height = `${rows * PIN}px`;
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.lanes;
    if (!width) return;
    const scale = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
    }
    const pen = this.canvas.getContext('2d');
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.element);
    const colour = (name) => style.getPropertyValue(name).trim();
    const x = (at) => (at / this.duration) * width;
    for (const gap of this.lost) {
      pen.fillStyle = colour('--sunken');
      pen.fillRect(x(gap.start), 0, Math.max(2, x(gap.end) - x(gap.start)), height);
    }
    for (const mark of this.marks.filter((each) => each.kind === 'alert' && each.end > each.at)) {
      pen.fillStyle = colour(`--${mark.severity}-soft`);
      const top = mark.channel === 'customer' ? height / 2 : 0;
      pen.fillRect(x(mark.at) - 1, top, Math.max(4, x(mark.end) - x(mark.at) + 2), height / 2);
    }
    this.lane(pen, 'agent', 0, height / 2, width, colour('--lane-agent'), colour('--lane-agent-dim'));
    this.lane(pen, 'customer', height / 2, height / 2, width, colour('--lane-customer'), colour('--lane-customer-dim'));
    pen.fillStyle = colour('--line');
    pen.fillRect(0, height / 2, width, 1);
    this.cursor.style.transform = `translateX(${x(this.at)}px)`;
  }

  lane(pen, role, top, height, width, played, ahead) {
    const middle = top + height / 2;
    const most = height / 2 - 4;
    const line = (at, w, value) => {
      pen.fillStyle = (at / width) * this.duration <= this.at ? played : ahead;
      const size = Math.max(1, Math.pow(value, 0.7) * most);
      pen.fillRect(at, middle - size, w, size * 2);
    };
    pen.globalAlpha = this.channel === 'both' || this.channel === role ? 1 : 0.25;
    const values = this.peaks && this.peaks[role];
    if (values && values.length) {
      const bars = Math.floor(width / 3);
      const span = this.peaks.duration / this.duration;
      for (let bar = 0; bar < bars; bar += 1) {
        const from = Math.floor((bar / bars) * values.length / span);
        const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * values.length / span));
        let top2 = 0;
        for (let k = from; k < Math.min(to, values.length); k += 1) top2 = Math.max(top2, values[k]);
        line(bar * 3, 2, top2);
      }
    } else {
      for (const one of this.speech.filter((each) => each.channel === role || (each.channel === 'unknown' && role === 'agent'))) {
        const from = (one.start / this.duration) * width;
        const to = (one.end / this.duration) * width;
        for (let at = from; at < to; at += 4) line(at, 2, SPOKEN);
      }
    }
    pen.globalAlpha = 1;
  }

  close() {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.watch.disconnect();
    this.look.disconnect();
    cancelAnimationFrame(this.ticking);
  }
}
