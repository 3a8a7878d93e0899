// The rule desk: every rule in plain words, a box to try them, and the way to change them.
import { api } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { blank, failure, start } from '../shell.js';
import { t } from '../words.js';
import { loading } from '../qa/parts.js';
import { draftView } from './draft.js';
import { RuleList } from './list.js';
import { proposalsView, proposalView } from './proposals.js';
import { packView, ruleView } from './reader.js';
import { TryBox } from './try.js';
import './words.js';

start({
  page: 'rules',
  async build(main, session, frame) {
    const desk = new Desk(main, session, frame);
    await desk.load();
    addEventListener('hashchange', () => desk.route());
    desk.route();
  },
});

class Desk {
  constructor(main, session, frame) {
    this.main = main;
    this.frame = frame;
    this.may = new Set(session.actions || []);
    this.session = session;
    this.wholes = new Map();
    this.trying = new TryBox(this);
    this.list = new RuleList(this);
    this.reading = h('section', { class: 'reading', tabindex: '-1' });
    this.body = h('div', { class: 'desk' }, this.list.element, this.reading, this.may.has('rules.try') && this.trying.element);
  }

  async load() {
    fill(this.main, loading());
    this.wholes.clear();
    Object.assign(this, await api.get('/api/rules'));
    this.list.draw();
    this.tools();
    fill(this.main, this.body);
  }

  tools() {
    fill(this.frame.tools, this.list.box, h('span', { class: 'gap' }),
      h('a', { class: 'button', href: '#/proposals' }, icon('rules', 'little'), t('rules.proposals')));
  }

  async whole(pack) {
    if (!this.wholes.has(pack)) this.wholes.set(pack, await api.get(`/api/rules/${encodeURIComponent(pack)}`));
    return this.wholes.get(pack);
  }

  async route() {
    const [, kind = '', ...rest] = location.hash.split('/');
    const name = decodeURIComponent(rest.join('/'));
    this.trying.offer(null);
    this.body.classList.toggle('two', kind === 'proposals' || kind === 'proposal');
    const asked = this.asked = Symbol(kind);
    const show = (view) => { if (asked === this.asked) { fill(this.reading, view); this.reading.scrollTop = 0; } };
    try {
      if (kind === 'rule') show(await ruleView(this, name));
      else if (kind === 'pack') show(await packView(this, name));
      else if (kind === 'draft') show(await draftView(this, name));
      else if (kind === 'proposals') show(await proposalsView(this));
      else if (kind === 'proposal') show(await proposalView(this, name));
      else show(blank('rules', t('rules.choose'), t('rules.chooseText')));
    } catch (fault) {
      show(failure(fault, () => this.route()));
    }
    this.list.choose(kind === 'rule' ? name : null, kind === 'pack' || kind === 'draft' ? name : null);
  }
}

