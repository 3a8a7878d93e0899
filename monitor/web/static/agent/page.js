// The agent's screen: three things to say, one line of help, nothing else.
import { api, oneTimeKey } from '../api.js';
import { button, fill, h, icon, toggle, write } from '../dom.js';
import { LiveSocket } from '../feed.js';
import { note } from '../notes.js';
import { start } from '../shell.js';
import { t } from '../words.js';
import './words.js';
import { showOwn } from './own.js';

const OPENING = ['company', 'identity', 'purpose'];
const SUPERVISOR = 'supervisor';
const DRAWING = { met: 'check', missed: 'cross', undetermined: 'help', pending: 'clock' };
const DONE_STAYS_MS = 6000;

class Screen {
  constructor(main, session, frame) {
    this.agent = session.agent;
    this.team = session.team;
    this.call = null;
    this.prompts = new Map();
    this.items = new Map();
    this.heard = { at: 0, since: 0 };
    this.build(main, frame);
    const address = `/ws/agents/${encodeURIComponent(this.agent)}`;
    new LiveSocket(address, {
      hello: () => ({ team: this.team, topics: ['heard'] }),
      take: (message) => this.take(message),
      changed: (state) => this.linked(state),
    });
    setInterval(() => this.draw(), 500);
  }

  build(main, frame) {
    this.checks = OPENING.map((item) => check(item));
    this.list = h('ol', { class: 'opening', 'aria-label': t('own.opening') }, ...this.checks.map((each) => each.element));
    this.from = h('p', { class: 'from' });
    this.line = h('p', { class: 'say' });
    this.deeds = h('div', { class: 'say-deeds' },
      button(t('own.seen'), { drawing: 'check', onclick: () => this.dismiss(false) }),
      button(t('own.notHelpful'), { kind: 'plain', onclick: () => this.dismiss(true) }));
    this.stage = h('section', { class: 'stage', 'aria-live': 'polite' }, icon('agent', 'rest'), this.from, this.line, this.deeds);
    this.lost = h('p', { class: 'lost', role: 'status', hidden: true }, icon('cut'), t('own.lost'));
    this.body = h('div', { class: 'own' }, this.list, this.stage, this.lost);
    this.main = main;
    fill(main, this.body);
    fill(frame.tools, h('span', { class: 'grow' }),
      button(t('own.mine'), { drawing: 'book', kind: 'plain', onclick: () => showOwn(this.agent, this.team) }),
      button(t('own.window'), { drawing: 'window', kind: 'plain', onclick: () => this.float() }));
    write(frame.header.querySelector('h1'), t('own.title', { agent: this.agent }));
    this.draw();
  }

  take(message) {
    switch (message.type) {
      case 'welcome':
        this.call = null;
        this.forget();
        break;
      case 'call.started':
        // a call that came back is the same call: what was said is said
        if (!message.resumed || message.call !== this.call) this.forget();
        this.call = message.call;
        this.heard = { at: 0, since: performance.now() };
        break;
      case 'heard':
        if (message.call === this.call) this.heard = { at: message.at, since: performance.now() };
        break;
      case 'disclosure':
        if (message.call === this.call) this.items.set(message.item, { ...message, since: performance.now() });
        break;
      case 'prompt':
        if (message.call === this.call) this.prompt(message);
        break;
      case 'call.ended':
        if (message.call === this.call) {
          this.call = null;
          this.forget();
        }
        break;
      default:
    }
    this.draw();
  }

  forget() {
    this.prompts.clear();
    this.items.clear();
  }

  prompt(message) {
    this.prompts.delete(message.reason);
    if (message.state === 'shown') this.prompts.set(message.reason, message);
  }

  /** A person's word first, else the newest. */
  current() {
    if (this.prompts.has(SUPERVISOR)) return this.prompts.get(SUPERVISOR);
    return [...this.prompts.values()].pop() || null;
  }

  async dismiss(noHelp) {
    const prompt = this.current();
    if (!prompt) return;
    this.prompts.delete(prompt.reason);
    this.draw();
    if (!noHelp) return;
    const address = `/api/agents/${encodeURIComponent(this.agent)}/feedback?team=${encodeURIComponent(this.team)}`;
    try {
      await api.post(address, { key: oneTimeKey(), call: prompt.call, reason: prompt.reason, text: prompt.text });
      note(t('own.noted'));
    } catch {
      note(t('error.offline'), { kind: 'bad' });
    }
  }

  position() {
    return this.heard.at + (performance.now() - this.heard.since) / 1000;
  }

  draw() {
    const prompt = this.call && this.current();
    toggle(this.body, 'idle', !this.call);
    const at = this.position();
    this.checks.forEach((each) => each.update(this.call ? this.items.get(each.item) : null, at));
    const settled = OPENING.filter((item) => this.items.has(item) && this.items.get(item).state !== 'pending');
    const fresh = Math.max(0, ...settled.map((item) => this.items.get(item).since)) > performance.now() - DONE_STAYS_MS;
    toggle(this.list, 'done', settled.length === OPENING.length && !fresh);
    this.list.hidden = !this.call;
    this.deeds.hidden = !prompt;
    toggle(this.stage, 'asks', Boolean(prompt));
    toggle(this.stage, 'person', Boolean(prompt) && prompt.reason === SUPERVISOR);
    if (prompt) {
      write(this.from, prompt.reason === SUPERVISOR ? t('own.from', { by: sender(prompt.by) }) : t('own.say'));
      writeByClause(this.line, prompt.text);
    } else {
      write(this.from, t(this.call ? 'own.steady' : 'own.idle'));
      writeByClause(this.line, t(this.call ? 'own.steadyHint' : 'own.idleHint'));
    }
  }

  linked(state) {
    if (state === 'refused') location.reload();
    this.lost.hidden = state !== 'lost';
  }

  /** The same screen in a small window that stays on top of the others. */
  async float() {
    if (!window.documentPictureInPicture) return note(t('own.windowNone'));
    const small = await window.documentPictureInPicture.requestWindow({ width: 420, height: 300 });
    const root = document.documentElement;
    small.document.documentElement.lang = root.lang;
    if (root.dataset.theme) small.document.documentElement.dataset.theme = root.dataset.theme;
    for (const each of document.querySelectorAll('link[rel="stylesheet"]')) {
      const copy = small.document.createElement('link');
      copy.rel = 'stylesheet';
      copy.href = each.href;
      small.document.head.append(copy);
    }
    small.document.body.className = 'small-window';
    small.document.body.append(this.body);
    fill(this.main, h('p', { class: 'blank', text: t('own.windowOpen') }));
    small.addEventListener('pagehide', () => fill(this.main, this.body));
    return small;
  }
}

/** Who speaks, for the agent: a token without a name is the supervisor. */
/** A line ends behind a comma or a full stop where it can, not in the middle of a word. */
function writeByClause(node, text) {
  if (node.textContent === text) return;
  fill(node, ...text.split(/(?<=[，。；：！？])/).map((clause) => h('span', { text: clause })));
}

function sender(by) {
  return !by || by.startsWith('token:') ? t('role.supervisor') : by.replace(/^user:/, '');
}

function check(item) {
  const time = h('small');
  const sign = h('span', { class: 'sign' });
  const state = h('span', { class: 'hidden-text' });
  const element = h('li', {}, sign, h('span', { text: t(`own.item.${item}`) }), time, state);
  let shown = '';
  return {
    item,
    element,
    update(found, at) {
      const now = found ? found.state : 'pending';
      const left = found && found.deadline ? Math.ceil(found.deadline - at) : null;
      const counting = now === 'pending' && left !== null && left >= 0;
      write(time, counting ? t('own.left', { s: left }) : '');
      toggle(element, 'soon', counting && left <= 10);
      if (shown === now) return;
      shown = now;
      element.dataset.state = now;
      write(state, now);
      fill(sign, icon(DRAWING[now]));
    },
  };
}

start({ page: 'agent', bare: true, build: (main, session, frame) => { new Screen(main, session, frame); } });
