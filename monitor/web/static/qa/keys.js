// The keyboard of the QA desk, explained.
import { iconButton } from '../dom.js';
import { showKeyTable } from '../keyhelp.js';
import { t } from '../words.js';

const LIST = [['J', 'K', 'key.call'], ['Enter', 'key.open'], ['X', 'key.pick'], ['/', 'key.search'], ['?', 'key.help']];
const CALL = [
  ['Space', 'key.play'], ['←', '→', 'key.step'], ['[', ']', 'key.speed'], ['N', 'key.next'], ['J', 'K', 'key.alert'],
  ['1', 'qa.upheld'], ['2', 'qa.false_alarm'], ['3', 'qa.training'], ['Esc', 'qa.back'], ['?', 'key.help'],
];

export const showListKeys = () => showKeyTable(LIST);
export const showCallKeys = () => showKeyTable(CALL);

export const keysButton = (show) => iconButton(t('keys.title'), 'keys', show);
