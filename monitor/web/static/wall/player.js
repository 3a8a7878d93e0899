// The seconds around an alert, to hear. One at a time on the page.
import { api } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { clock } from '../format.js';
import { t } from '../words.js';

const BEFORE_S = 9;
const AFTER_S = 1;

let playing = null;

export class Player {
  constructor() {
    this.audio = new Audio();
    this.before = () => {};
    this.sounds = () => {};
    this.loaded = null;
    this.label = h('span');
    this.sign = h('span', { class: 'sign-box' });
    this.bar = h('i');
    this.time = h('small', { class: 'time' });
    this.element = h('button', { type: 'button', class: 'player', onclick: () => this.toggle() },
      this.sign, this.label, h('span', { class: 'track' }, this.bar), this.time, h('kbd', { text: 'P' }));
    for (const name of ['play', 'pause', 'ended']) this.audio.addEventListener(name, () => this.draw());
    this.audio.addEventListener('timeupdate', () => this.drawTime());
    this.draw();
  }

  /** The last ten seconds up to the end of the quote; `before` may show others just before they are played. */
  show(team, { call, start, end }) {
    const until = end + AFTER_S;
    const span = { team, call, from: Math.max(0, Math.min(start, until - BEFORE_S - AFTER_S)), to: until };
    if (this.span && this.span.team === team && this.span.call === call && this.span.from === span.from && this.span.to === span.to) return;
    this.stop();
    this.span = span;
    this.fault = '';
    this.draw();
  }

  async toggle() {
    if (!this.audio.paused) {
      this.audio.pause();
      return;
    }
    this.before();
    if (!this.span) return;
    if (this.loaded !== this.span && !(await this.load())) return;
    if (playing && playing !== this) playing.stop();
    playing = this;
    await this.audio.play().catch(() => {});
  }

  async load() {
    const { team, call, from, to } = this.span;
    const wanted = this.span;
    const query = `from=${from.toFixed(2)}&to=${to.toFixed(2)}&channel=both&team=${encodeURIComponent(team)}`;
    try {
      const grant = await api.grant(call, team);
      const blob = await api.blob(`/api/calls/${encodeURIComponent(call)}/audio?${query}&grant=${grant}`);
      if (wanted !== this.span) return false;
      this.release();
      this.address = URL.createObjectURL(blob);
      this.audio.src = this.address;
      this.loaded = wanted;
      return true;
    } catch {
      this.fault = t('audio.none');
      this.draw();
      return false;
    }
  }

  stop() {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.loaded = null;
    this.release();
  }

  release() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = null;
  }

  draw() {
    const on = !this.audio.paused && !this.audio.ended;
    this.sounds(on);
    fill(this.sign, icon(on ? 'pause' : 'play'));
    this.label.textContent = this.fault || t(on ? 'deed.stop' : 'deed.listen');
    this.element.disabled = Boolean(this.fault) || !this.span;
    this.drawTime();
  }

  drawTime() {
    const length = this.span ? this.span.to - this.span.from : 0;
    const at = this.loaded ? this.audio.currentTime : 0;
    this.bar.style.transform = `scaleX(${length ? Math.min(1, at / length) : 0})`;
    this.time.textContent = this.span ? `${clock(this.span.from + at)} / ${clock(this.span.to)}` : '';
  }
}
