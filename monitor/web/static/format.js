// Numbers and times as people read them.
import { isChinese, t } from './words.js';

const ZONE = 'Asia/Shanghai';
const two = (n) => String(n).padStart(2, '0');

/** 95.4 → 1:35 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** How long ago, short: 8秒, 3分, 2时 */
export function age(seconds) {
  const n = Math.max(0, Math.floor(seconds));
  const [value, zh, en] = n < 60 ? [n, '秒', 's'] : n < 3600 ? [Math.floor(n / 60), '分', 'm']
    : n < 86400 ? [Math.floor(n / 3600), '时', 'h'] : [Math.floor(n / 86400), '天', 'd'];
  return isChinese() ? `${value}${zh}` : `${value}${en}`;
}

const timeOfDay = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const dayAndTime = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' });

/** Wall seconds → 14:03:22 today, 2026-11-22 14:03:22 otherwise, on the centre's clock like everywhere. */
export function when(wall) {
  const date = new Date(wall * 1000);
  const day = (at) => dayAndTime.format(at).slice(0, 10);
  return day(date) === day(new Date()) ? timeOfDay.format(date) : dayAndTime.format(date);
}

/** 13812345678 → 138****5678, wherever it stands in a text. */
export function masked(text) {
  return String(text).replace(/(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)/g, '$1****$2');
}

export const SEVERITIES = ['critical', 'high', 'medium', 'low'];
export const severityName = (severity) => t(`severity.${severity}`);
