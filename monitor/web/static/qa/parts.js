// Pieces that the QA desk, the rule desk and the overview share.
import { fill, h, icon } from '../dom.js';
import { addWords, isChinese, t, tOr } from '../words.js';

addWords({
  'parts.all': ['全部', 'All'],
  'parts.none': ['无', 'None'],
  'parts.close': ['关闭', 'Close'],
  'parts.more': ['还有 {n} 条', '{n} more'],
  'qa.agentName': ['坐席 {agent}', 'Agent {agent}'],
  'qa.noAgent': ['坐席未知', 'Agent unknown'],
  'industry.all': ['所有行业', 'Every industry'],
  'opening.met': ['已说全', 'Complete'],
  'opening.missed': ['有遗漏', 'Missed'],
  'opening.undetermined': ['无法判断', 'Undetermined'],
  'opening.none': ['不适用', 'Not needed'],
  'item.price': ['价格', 'Price'],
  'item.risk': ['风险提示', 'Risk'],
  'item.licence': ['执业证号', 'Licence'],
  'item.not_medicine': ['不能代替药物', 'Not a medicine'],
  'item.cooling_off': ['犹豫期', 'Cooling-off'],
  'item.recording_notice': ['录音告知', 'Recording notice'],
  'item.opt_out_notice': ['退订方式', 'Opt-out'],
  'item.product_nature': ['产品性质', 'Product nature'],
  'item.source_answer': ['信息来源', 'Data source'],
  'item.promo_terms': ['优惠条件', 'Promotion terms'],
  'rejudge.same': ['一致', 'Same'],
  'rejudge.changed': ['变化', 'Changed'],
  'rejudge.added': ['新增', 'Added'],
  'rejudge.removed': ['消失', 'Gone'],
  'signal.opt_out': ['拒绝来电', 'Refusal'],
  'signal.complaint': ['投诉倾向', 'Complaint'],
  'signal.distress': ['情绪困扰', 'Distress'],
  'signal.source_question': ['询问信息来源', 'Asks where the data is from'],
  'signal.elderly_or_confused': ['高龄或听不明白', 'Elderly or confused'],
  'signal.wants_supervisor': ['要求找主管', 'Wants a supervisor'],
});

export const SEVERITIES = ['critical', 'high', 'medium', 'low'];
export const INDUSTRIES = ['insurance', 'wealth', 'loan', 'credit_card', 'collection', 'education', 'health', 'telecom', 'retail', 'property', 'auto', 'after_sales', 'other'];
export const CATEGORIES = ['guaranteed_return', 'absolute_claim', 'false_urgency', 'misleading_comparison', 'impersonation', 'threat_abuse', 'improper_benefit', 'privacy_violation', 'pestering', 'loan_overpromise', 'education_overpromise', 'medical_claim', 'concealment', 'disparagement', 'surrender_inducement', 'illegal_solicitation', 'off_platform', 'service_taboo',
  'missing_company', 'missing_identity', 'missing_purpose', 'missing_price', 'missing_risk_disclosure', 'missing_cooling_off', 'missing_recording_notice', 'missing_opt_out_notice', 'missing_product_nature', 'missing_source_answer', 'missing_promo_terms'];

export const agentName = (agent) => (agent ? t('qa.agentName', { agent }) : t('qa.noAgent'));
export const categoryName = (id) => tOr(`category.${id}`, id);
export const itemName = (id) => tOr(`item.${id.replaceAll('-', '_')}`, id);
export const industryName = (id) => tOr(`industry.${id}`, id);

/** Who did something, without the kind of account. */
export const personName = (label) => String(label || '').replace(/^(user|token):/, '');

/** A select with its label; `options` are [value, text]. */
export function choice(label, options, value, onchange, { hidden = true, id } = {}) {
  const select = h('select', { 'aria-label': hidden ? label : null, id, onchange: (event) => onchange(event.target.value) });
  for (const [each, text] of options) select.append(h('option', { value: each, text, selected: each === value }));
  select.value = value ?? '';
  return select;
}

/** A field with a visible label. */
export function field(label, control, hint) {
  const id = `field-${++field.made}`;
  control.id = control.id || id;
  return h('div', { class: 'field' }, h('label', { for: control.id, text: label }), control, hint && h('small', { text: hint }));
}
field.made = 0;

/** Buttons of which one is pressed. */
export function segments(label, options, value, onchange) {
  const root = h('div', { class: 'segmented', role: 'group', 'aria-label': label });
  const draw = (now) => fill(root, options.map(([id, text, drawing]) => h('button', {
    type: 'button', 'aria-pressed': String(id === now), 'data-id': id,
    onclick: () => { draw(id); onchange(id); },
  }, drawing && icon(drawing, 'little'), text)));
  draw(value);
  return root;
}

/** Tabs over panels; `panels` are [id, text, draw(panel), count]. Returns the root; `root.open(id)`. */
export function tabs(label, panels, first, onopen = () => {}) {
  const panel = h('div', { class: 'tab-panel', role: 'tabpanel', tabindex: '0' });
  const bar = h('div', { class: 'tab-bar', role: 'tablist', 'aria-label': label });
  const made = new Map();
  const buttons = panels.map(([id, text, , count], at) => h('button', {
    type: 'button', role: 'tab', id: `tab-${id}`, 'data-id': id,
    onclick: () => root.open(id),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = buttons[(at + step + buttons.length) % buttons.length];
      next.focus();
      root.open(next.dataset.id);
      event.stopPropagation();
    },
  }, text, count ? h('span', { class: 'count', text: String(count) }) : null));
  fill(bar, buttons);
  const root = h('div', { class: 'tabs' }, bar, panel);
  root.open = (id) => {
    for (const each of buttons) {
      const on = each.dataset.id === id;
      each.setAttribute('aria-selected', String(on));
      each.tabIndex = on ? 0 : -1;
    }
    panel.setAttribute('aria-labelledby', `tab-${id}`);
    if (!made.has(id)) made.set(id, panels.find((each) => each[0] === id)[2]());
    fill(panel, made.get(id));
    root.current = id;
    onopen(id);
  };
  root.count = (id, count) => {
    const button = buttons.find((each) => each.dataset.id === id);
    const old = button.querySelector('.count');
    if (old) old.remove();
    if (count) button.append(h('span', { class: 'count', text: String(count) }));
  };
  root.open(first);
  return root;
}

/** The mark of a severity: shape, colour and word. */
export function severityMark(severity, { word = true } = {}) {
  return h('span', { class: `severity ${severity}`, title: word ? null : t(`severity.${severity}`) },
    icon(severity, 'little'), word ? t(`severity.${severity}`) : h('span', { class: 'hidden-text', text: t(`severity.${severity}`) }));
}

/** A percentage: 0.954 → 95.4%; long dash for nothing. */
export function percent(ratio, digits = 1) {
  return ratio === null || ratio === undefined ? '—' : `${(100 * ratio).toFixed(digits)}%`;
}

const dayTime = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });

/** Wall seconds → 2026-11-22 14:03 on the centre's clock. */
export const dateTime = (wall) => dayTime.format(new Date(wall * 1000));

/** Wall seconds → 11-22 14:03. */
export const shortTime = (wall) => dateTime(wall).slice(5);

const DAY = 86400;

/** Midnight of the centre's clock, `days` ago, in wall seconds. */
export function midnight(days = 0, now = Date.now() / 1000) {
  return Math.floor((now + 8 * 3600) / DAY) * DAY - 8 * 3600 - days * DAY;
}

/** Grey bars where content will be. */
export function loading(rows = 6) {
  return h('div', { class: 'skeleton', role: 'status', 'aria-label': t('state.loading') },
    Array.from({ length: rows }, () => h('i')));
}

/** Run `work`; while it runs the button cannot be pressed twice. */
export async function busy(button, work) {
  button.disabled = true;
  button.setAttribute('aria-busy', 'true');
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.removeAttribute('aria-busy');
  }
}

/** Whether typing goes somewhere, so that keys are not commands. */
export function typing(event) {
  const target = event.target;
  return event.ctrlKey || event.metaKey || event.altKey
    || (target instanceof Element && target.closest('input:not([type=range]):not([type=checkbox]), textarea, select, dialog') !== null);
}

export const chinese = isChinese;
