// A new version of a pack: its text, what is wrong with it, what it changes.
import { api } from '../api.js';
import { button, fill, h, icon } from '../dom.js';
import { note } from '../notes.js';
import { explain } from '../shell.js';
import { busy, field } from '../qa/parts.js';
import { t } from '../words.js';
import { diffLines } from './diff.js';

export async function draftView(desk, name) {
  const [pack, sha] = name.split('@');
  const whole = await desk.whole(pack);
  const base = sha ? (await api.get(`/api/rules/texts/${sha}`)).text : whole.text;
  const text = h('textarea', { class: 'editor mono', spellcheck: 'false', wrap: 'off', value: base.replace(/^version: \d+$/m, `version: ${whole.version + 1}`) });
  const why = h('textarea', { maxlength: '2000', rows: '2' });
  const result = h('div', { class: 'checked', 'aria-live': 'polite' });
  const send = button(t('draft.submit'), { drawing: 'up', kind: 'primary', disabled: true, onclick: () => busy(send, submit) });
  const check = button(t('draft.check'), { drawing: 'check', onclick: () => busy(check, look) });
  const show = (found) => {
    send.disabled = !found.ok;
    const problems = [...found.problems, ...found.failures.map((one) => ({ level: 'error', line: one.line, rule: one.rule, message: `${one.message}；${t('draft.failed', { example: one.example })}` }))];
    fill(result,
      found.ok && h('p', { class: 'banner good' }, icon('check'), t('draft.ok', { n: found.examples })),
      problems.length > 0 && h('div', { class: 'problems' }, h('h3', { text: t('draft.problems', { n: problems.length }) }), problems.slice(0, 200).map((one) => h('button', { type: 'button', class: `problem ${one.level}`, onclick: () => jump(text, one.line) },
        h('span', { class: `chip ${one.level === 'error' ? 'bad' : 'warn'}`, text: t(`level.${one.level}`) }), h('span', { class: 'mono', text: t('draft.line', { n: one.line }) }), h('span', {}, one.rule && h('b', { text: `${one.rule} ` }), one.message)))),
      found.lines && diffLines(found));
  };
  const look = async () => {
    try {
      show(await api.post('/api/rules/check', { text: text.value }));
    } catch (fault) {
      note(explain(fault), { kind: 'bad' });
    }
  };
  const submit = async () => {
    try {
      const made = await api.post('/api/rules/proposals', { text: text.value, note: why.value.trim() });
      note(t('draft.sent'));
      location.hash = `#/proposal/${made.number}`;
    } catch (fault) {
      if (fault.status === 422 && fault.content) show(fault.content);
      else note(explain(fault), { kind: 'bad' });
    }
  };
  text.addEventListener('input', () => { send.disabled = true; });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab' || event.shiftKey) return;
    event.preventDefault();
    text.setRangeText('  ', text.selectionStart, text.selectionEnd, 'end');
  });
  desk.trying.offer(() => text.value);
  return h('article', { class: 'rule-page draft' }, h('header', { class: 'line' }, h('h2', { text: t('draft.title', { pack: whole.title }) }), h('span', { class: 'gap' }), check, send),
    field(t('draft.text'), text), field(t('draft.note'), why), result);
}

function jump(text, line) {
  const lines = text.value.split('\n');
  const from = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(from, from + (lines[line - 1] || '').length);
  text.scrollTop = Math.max(0, (line - 6) * (text.scrollHeight / lines.length));
}
