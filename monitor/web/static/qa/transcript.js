// The words of a call: they follow the sound, and a click on one plays from there.
import { fill, h, icon, toggle } from '../dom.js';
import { clock } from '../format.js';
import { blank } from '../shell.js';
import { t } from '../words.js';
import { itemName } from './parts.js';

export class Transcript {
  constructor({ utterances, alerts, disclosures, onWord, onAlert, onMiss, mayMiss }) {
    this.lines = utterances.slice().sort((a, b) => a.start - b.start || a.end - b.end);
    this.onWord = onWord;
    this.onAlert = onAlert;
    this.following = true;
    this.rows = [];
    this.current = -1;
    this.follow = h('label', { class: 'follow' }, h('input', { type: 'checkbox', checked: true, onchange: (event) => { this.following = event.target.checked; } }), t('qa.follow'));
    this.body = h('div', { class: 'lines', tabindex: '0', role: 'region', 'aria-label': t('qa.transcript') });
    this.miss = h('button', { type: 'button', class: 'button primary mark-miss', hidden: true, onclick: () => { const chosen = this.selected(); this.miss.hidden = true; if (chosen) onMiss(chosen); } }, icon('high', 'little'), t('qa.miss'));
    this.element = h('section', { class: 'transcript' }, h('header', { class: 'spread' }, h('h2', { text: t('qa.transcript') }), this.follow), this.body, this.miss);
    if (!this.lines.length) fill(this.body, blank('message', t('qa.noWords')));
    const at = new Map();
    for (const line of this.lines) {
      const row = this.line(line, alerts, disclosures);
      this.rows.push(row);
      at.set(line, row);
      this.body.append(row.element);
    }
    if (mayMiss) document.addEventListener('selectionchange', this.onselect = () => this.select());
    this.body.addEventListener('wheel', () => this.pause(), { passive: true });
    this.body.addEventListener('click', (event) => this.click(event));
  }

  /** The reader scrolls: do not pull the page away from under the eyes. */
  pause() {
    this.hold = performance.now() + 4000;
  }

  line(line, alerts, disclosures) {
    const words = timed(line);
    const text = words.map((word) => word.text).join('');
    const mine = alerts.filter((alert) => alert.channel === line.channel && alert.start < line.end + 0.05 && alert.end > line.start - 0.05);
    const marks = mine.flatMap((alert) => spans(text, words, alert));
    const said = disclosures.filter((one) => one.state === 'met' && one.quote && line.channel !== 'customer' && one.at >= line.start - 0.2 && one.at <= line.end + 0.2 && text.includes(one.quote));
    const body = h('p', { class: line.suppressed ? 'suppressed' : null });
    const spansMade = [];
    let place = 0;
    let open = null;
    for (const word of words) {
      const mark = marks.find((each) => place < each.to && place + word.text.length > each.from);
      const span = h('span', { class: 'w', 'data-at': word.start.toFixed(2), text: word.text });
      spansMade.push({ ...word, span });
      if (mark) {
        if (!open || open.mark !== mark) {
          open = { mark, element: h('mark', { class: mark.alert.severity, 'data-alert': mark.alert.id, tabindex: '0', role: 'button', 'aria-label': `${t(`severity.${mark.alert.severity}`)} ${mark.alert.quote}` }) };
          body.append(open.element);
        }
        open.element.append(span);
      } else {
        open = null;
        body.append(span);
      }
      place += word.text.length;
    }
    const element = h('div', { class: `say ${line.channel}` },
      h('button', { type: 'button', class: 'when', 'data-at': line.start.toFixed(2), text: clock(line.start), 'aria-label': clock(line.start) }),
      h('span', { class: 'role', text: t(`channel.${line.channel}`) }),
      h('div', {}, body,
        line.suppressed && h('small', { text: t('qa.suppressed', { why: t(`qa.suppressed.${line.suppressed}`) }) }),
        said.length > 0 && h('span', { class: 'line' }, said.map((one) => h('span', { class: 'chip good' }, icon('check', 'little'), itemName(one.item))))));
    return { element, line, words: spansMade };
  }

  click(event) {
    if (String(getSelection())) return;
    const mark = event.target.closest('mark');
    const word = event.target.closest('[data-at]');
    if (mark) this.onAlert(mark.dataset.alert);
    if (word) this.onWord(Number(word.dataset.at));
  }

  /** The sound is at this second. */
  move(at) {
    let here = -1;
    for (let k = 0; k < this.rows.length && this.rows[k].line.start <= at + 0.01; k += 1) {
      if (at <= this.rows[k].line.end + 0.4 || here < 0) here = k;
    }
    if (here !== this.current) {
      if (this.rows[this.current]) {
        toggle(this.rows[this.current].element, 'now', false);
        this.light(this.rows[this.current], -1);
      }
      this.current = here;
      if (this.rows[here]) {
        toggle(this.rows[here].element, 'now', true);
        if (this.following && performance.now() > (this.hold || 0)) this.reveal(this.rows[here].element);
      }
    }
    if (this.rows[here]) this.light(this.rows[here], at);
  }

  light(row, at) {
    for (const word of row.words) toggle(word.span, 'on', at >= word.start && at < word.end);
  }

  reveal(element) {
    const top = element.offsetTop - this.body.offsetTop;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.body.scrollTo({ top: Math.max(0, top - this.body.clientHeight / 3), behavior: calm ? 'auto' : 'smooth' });
  }

  /** Show an alert's words. */
  show(alert) {
    for (const mark of this.body.querySelectorAll('mark')) toggle(mark, 'chosen', mark.dataset.alert === alert.id);
    const mark = this.body.querySelector(`mark[data-alert="${CSS.escape(alert.id)}"]`);
    const row = mark ? mark.closest('.say') : (this.rows.find((each) => each.line.end >= alert.start) || {}).element;
    if (row) this.reveal(row);
  }

  select() {
    const chosen = this.selected();
    this.miss.hidden = !chosen;
    if (!chosen) return;
    const box = chosen.range.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    this.miss.style.top = `${Math.max(44, box.top - own.top - 40)}px`;
    this.miss.style.left = `${Math.min(own.width - 140, Math.max(8, box.left - own.left))}px`;
  }

  /** What is selected in the words: text and seconds. */
  selected() {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    if (!this.body.contains(range.commonAncestorContainer)) return null;
    const words = [...this.body.querySelectorAll('.w')].filter((each) => range.intersectsNode(each));
    if (!words.length || words.length > 200) return null;
    const all = this.rows.flatMap((row) => row.words);
    const last = all.find((each) => each.span === words[words.length - 1]);
    return { range, quote: words.map((each) => each.textContent).join(''), start: Number(words[0].dataset.at), end: last ? last.end : Number(words[0].dataset.at) };
  }

  close() {
    if (this.onselect) document.removeEventListener('selectionchange', this.onselect);
  }
}

/** Words with times; where the recogniser gave none, they are shared out evenly. */
function timed(line) {
  if (line.words && line.words.length) {
    const joined = line.words.map((word) => word.text).join('');
    if (joined === line.text) return line.words;
  }
  const letters = [...line.text];
  const each = (line.end - line.start) / Math.max(1, letters.length);
  return letters.map((text, k) => ({ text, start: line.start + k * each, end: line.start + (k + 1) * each }));
}

/** Where an alert's quote stands in a line; by its words, else by its seconds. */
function spans(text, words, alert) {
  const found = [];
  for (const part of alert.quote.split('……').filter(Boolean)) {
    const from = text.indexOf(part);
    if (from >= 0) found.push({ from, to: from + part.length, alert });
  }
  if (found.length || !alert.quote) return found;
  let place = 0;
  let from = -1;
  let to = -1;
  for (const word of words) {
    if (word.start < alert.end && word.end > alert.start) {
      if (from < 0) from = place;
      to = place + word.text.length;
    }
    place += word.text.length;
  }
  return from < 0 ? [] : [{ from, to, alert }];
}
