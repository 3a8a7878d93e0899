// A sound for each severity, at most one in two seconds; and notifications of the desktop.
import { severityName } from '../format.js';
import { t, tOr } from '../words.js';

const EVERY_MS = 2000;
const NOTES = {
  critical: [[880, 0], [660, 0.16], [880, 0.32]],
  high: [[660, 0], [660, 0.18]],
  medium: [[520, 0]],
  low: [],
};

export class Sound {
  constructor() {
    this.wanted = localStorage.getItem('sound') !== 'off';
    this.context = null;
    this.last = -EVERY_MS;
  }

  get state() {
    if (!this.wanted) return 'off';
    return this.context && this.context.state === 'running' ? 'on' : 'ask';
  }

  /** Called by a click: browsers let nothing sound before one. */
  async toggle() {
    this.wanted = this.state !== 'on';
    localStorage.setItem('sound', this.wanted ? 'on' : 'off');
    if (this.wanted) await this.wake();
  }

  async wake() {
    if (!this.wanted) return;
    this.context = this.context || new AudioContext();
    if (this.context.state !== 'running') await this.context.resume();
  }

  play(severity) {
    const now = performance.now();
    if (this.state !== 'on' || now - this.last < EVERY_MS) return;
    this.last = now;
    for (const [pitch, delay] of NOTES[severity]) this.tone(pitch, this.context.currentTime + delay);
  }

  tone(pitch, at) {
    const voice = this.context.createOscillator();
    const gain = this.context.createGain();
    voice.type = 'sine';
    voice.frequency.value = pitch;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.12, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.14);
    voice.connect(gain).connect(this.context.destination);
    voice.start(at);
    voice.stop(at + 0.15);
  }
}

export class Notifier {
  constructor() {
    this.look();
    addEventListener('focus', () => this.look());
  }

  /** Asking the browser stops the page each time: only when the answer may be another one. */
  look() {
    const allowed = 'Notification' in window ? Notification.permission : 'denied';
    const wanted = localStorage.getItem('notify') === 'on';
    this.state = allowed === 'denied' ? 'blocked' : allowed === 'granted' && wanted ? 'on' : 'off';
  }

  async toggle() {
    this.look();
    if (this.state === 'blocked') return;
    if (this.state === 'on') localStorage.setItem('notify', 'off');
    else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem('notify', 'on');
    this.look();
  }

  /** Only for what cannot wait, only while nobody looks; the words themselves stay on the page. */
  tell(alert) {
    if (this.state !== 'on' || !document.hidden || !['critical', 'high'].includes(alert.severity)) return;
    const title = `${severityName(alert.severity)} · ${tOr(`category.${alert.category}`, alert.category)}`;
    new Notification(title, { body: t('call.agent', { agent: alert.agent }), tag: alert.id });
  }
}
