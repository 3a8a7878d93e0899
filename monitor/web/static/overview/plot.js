// Plots as SVG, made here: few marks, direct labels, a title for each mark.
import { t } from '../words.js';

const NS = 'http://www.w3.org/2000/svg';
export const SEVERITIES = ['low', 'medium', 'high', 'critical'];

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'text') node.textContent = value;
    else if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) if (child) node.append(child);
  return node;
}

const hint = (text) => svg('title', { text });

/** A frame of `width` × `height` with horizontal lines at `ticks`. */
function frame(width, height, label, { left = 34, right = 8, top = 8, bottom = 22 } = {}) {
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'plot', role: 'img', 'aria-label': label });
  const area = { left, right: width - right, top, bottom: height - bottom };
  return { root, area };
}

/** Round numbers from 0 up to at least `most`. */
export function ticks(most, count = 3) {
  if (most <= 0) return [0, 1];
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= raw);
  const found = [];
  for (let at = 0; at < most + step; at += step) found.push(Number(at.toFixed(6)));
  return found;
}

function axis(root, area, values, top, text) {
  for (const value of values) {
    const y = area.bottom - (value / top) * (area.bottom - area.top);
    root.append(svg('line', { class: value === 0 ? 'base' : 'grid', x1: area.left, x2: area.right, y1: y, y2: y }), svg('text', { class: 'tick', x: area.left - 6, y: y + 4, 'text-anchor': 'end', text: text(value) }));
  }
}

/** Labels of days that do not run into each other. */
function dayLabels(root, area, days, step, width) {
  const every = Math.max(1, Math.ceil(42 / step));
  days.forEach((day, k) => {
    if (k % every) return;
    root.append(svg('text', { class: 'tick', x: area.left + (k + 0.5) * step, y: width, 'text-anchor': 'middle', text: day.day.slice(5) }));
  });
}

/** Alerts by day, stacked by severity. */
export function dayBars(days, width, height, label) {
  const { root, area } = frame(width, height, label);
  const values = ticks(Math.max(...days.map((day) => day.alerts), 1));
  const top = values[values.length - 1];
  axis(root, area, values, top, String);
  const step = (area.right - area.left) / days.length;
  const thick = Math.min(40, step * 0.7);
  const scale = (area.bottom - area.top) / top;
  days.forEach((day, k) => {
    let y = area.bottom;
    const bar = svg('g', { class: 'bar' }, hint(`${day.day}\n${SEVERITIES.slice().reverse().map((each) => `${t(`severity.${each}`)} ${day.severities[each]}`).join('  ')}\n${t('over.calls')} ${day.calls}`));
    bar.append(svg('rect', { class: 'reach', x: area.left + k * step, y: area.top, width: step, height: area.bottom - area.top }));
    for (const severity of SEVERITIES) {
      const size = day.severities[severity] * scale;
      if (!size) continue;
      y -= size;
      bar.append(svg('rect', { class: `fill ${severity}`, x: area.left + (k + 0.5) * step - thick / 2, y, width: thick, height: Math.max(0, size - 0.8) }));
    }
    root.append(bar);
  });
  dayLabels(root, area, days, step, height - 6);
  return root;
}

/** A rate by day; days without anything to count leave a gap. */
export function dayLine(days, read, width, height, label, { floor = 0 } = {}) {
  const { root, area } = frame(width, height, label, { left: 42 });
  const span = 1 - floor;
  const y = (value) => area.bottom - ((value - floor) / span) * (area.bottom - area.top);
  for (const value of [floor, floor + span / 2, 1]) {
    root.append(svg('line', { class: value === floor ? 'base' : 'grid', x1: area.left, x2: area.right, y1: y(value), y2: y(value) }), svg('text', { class: 'tick', x: area.left - 6, y: y(value) + 4, 'text-anchor': 'end', text: `${Math.round(100 * value)}%` }));
  }
  const step = (area.right - area.left) / days.length;
  let path = '';
  let open = false;
  days.forEach((day, k) => {
    const value = read(day);
    if (value === null) { open = false; return; }
    path += `${open ? 'L' : 'M'}${(area.left + (k + 0.5) * step).toFixed(1)} ${y(value).toFixed(1)}`;
    open = true;
  });
  root.append(svg('path', { class: 'line', d: path }));
  days.forEach((day, k) => {
    const value = read(day);
    if (value === null) return;
    root.append(svg('circle', { class: 'dot', cx: area.left + (k + 0.5) * step, cy: y(value), r: 3.5 }, hint(`${day.day} ${(100 * value).toFixed(1)}%`)));
  });
  dayLabels(root, area, days, step, height - 6);
  return root;
}

/** Horizontal bars stacked by severity: [{name, severities, total, note}]. */
export function rows(found, width, label, { text = String, left = 132, right = 96 } = {}) {
  const step = 28;
  const root = svg('svg', { viewBox: `0 0 ${width} ${found.length * step}`, class: 'plot', role: 'img', 'aria-label': label });
  const most = Math.max(...found.map((one) => one.total), 1);
  found.forEach((one, k) => {
    const y = k * step;
    let x = left;
    const line = svg('g', {}, hint(`${one.name} ${text(one.total)}`), svg('text', { class: 'name', x: left - 8, y: y + 18, 'text-anchor': 'end', text: one.name }));
    for (const severity of SEVERITIES.slice().reverse()) {
      const size = ((one.severities[severity] || 0) / most) * (width - left - right);
      if (size) line.append(svg('rect', { class: `fill ${severity}`, x, y: y + 6, width: Math.max(1, size - 0.8), height: 16, rx: 2 }));
      x += size;
    }
    line.append(svg('text', { class: 'value', x: x + 8, y: y + 18, text: text(one.total) }));
    if (one.note) line.append(svg('text', { class: 'tick', x: width, y: y + 18, 'text-anchor': 'end', text: one.note }));
    root.append(line);
  });
  return root;
}

/** Alerts per hundred calls by hour; hours with few calls are pale. */
export function hourBars(hours, few, width, height, label) {
  const { root, area } = frame(width, height, label);
  const shown = hours.filter((hour) => hour.calls || hour.alerts);
  const first = Math.min(...shown.map((hour) => hour.hour), 8);
  const last = Math.max(...shown.map((hour) => hour.hour), 20);
  const span = hours.slice(first, last + 1);
  const rate = (hour) => (hour.calls ? (100 * hour.alerts) / hour.calls : 0);
  const values = ticks(Math.max(...span.map(rate), 1));
  const top = values[values.length - 1];
  axis(root, area, values, top, String);
  const step = (area.right - area.left) / span.length;
  span.forEach((hour, k) => {
    const size = (rate(hour) / top) * (area.bottom - area.top);
    root.append(svg('rect', { class: `hour ${hour.calls < few ? 'pale' : ''}`, x: area.left + k * step + step * 0.12, y: area.bottom - size, width: step * 0.76, height: size, rx: 2 }, hint(`${hour.hour}:00  ${rate(hour).toFixed(0)} · ${t('over.calls')} ${hour.calls} · ${t('over.alerts')} ${hour.alerts}`)));
    root.append(svg('text', { class: 'tick', x: area.left + (k + 0.5) * step, y: height - 6, 'text-anchor': 'middle', text: hour.hour }));
  });
  return root;
}

/** Precision with its interval, one line a rule: [{name, value, low, high, note}]. */
export function intervals(found, width, label) {
  const step = 26;
  const [left, right] = [220, 110];
  const root = svg('svg', { viewBox: `0 0 ${width} ${found.length * step + 22}`, class: 'plot', role: 'img', 'aria-label': label });
  const x = (value) => left + value * (width - left - right);
  for (const value of [0, 0.5, 0.9, 1]) {
    root.append(svg('line', { class: value === 0.9 ? 'goal' : 'grid', x1: x(value), x2: x(value), y1: 0, y2: found.length * step }), svg('text', { class: 'tick', x: x(value), y: found.length * step + 16, 'text-anchor': value === 1 ? 'start' : 'middle', text: `${100 * value}%` }));
  }
  found.forEach((one, k) => {
    const y = k * step + 13;
    root.append(svg('g', { class: one.high < 0.9 ? 'poor' : '' }, hint(`${one.name} ${one.note}`),
      svg('text', { class: 'name', x: left - 10, y: y + 4, 'text-anchor': 'end', text: one.name.length > 15 ? `${one.name.slice(0, 14)}…` : one.name }),
      svg('line', { class: 'whisker', x1: x(one.low), x2: x(one.high), y1: y, y2: y }), svg('circle', { class: 'dot', cx: x(one.value), cy: y, r: 5 }),
      svg('text', { class: 'tick', x: width, y: y + 4, 'text-anchor': 'end', text: one.note })));
  });
  return root;
}

/** A line without axes. */
export function spark(values, width = 96, height = 28) {
  const known = values.filter((value) => value !== null);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none' });
  if (known.length < 2) return root;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  let path = '';
  let open = false;
  values.forEach((value, k) => {
    if (value === null) { open = false; return; }
    path += `${open ? 'L' : 'M'}${((k / (values.length - 1)) * (width - 4) + 2).toFixed(1)} ${(height - 3 - ((value - low) / span) * (height - 6)).toFixed(1)}`;
    open = true;
  });
  root.append(svg('path', { class: 'line', d: path }));
  return root;
}
