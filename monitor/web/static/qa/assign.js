// Giving calls to a reviewer.
import { api, oneTimeKey } from '../api.js';
import { button, h } from '../dom.js';
import { ask, note } from '../notes.js';
import { explain } from '../shell.js';
import { t } from '../words.js';
import { field, personName } from './parts.js';

/** Ask who gets these calls and give them; whether it was done. */
export async function askAssign(numbers, session, choices) {
  const to = await ask(t('qa.assignTitle', { n: numbers.length }), (answer) => {
    const known = [...new Set([session.name, ...choices.assignees.map(personName)])].filter(Boolean);
    const input = h('input', { type: 'text', list: 'reviewers', maxlength: '100', autocomplete: 'off' });
    const form = h('form', { onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) answer(input.value.trim()); } },
      field(t('qa.assignName'), input), h('datalist', { id: 'reviewers' }, known.map((name) => h('option', { value: name }))),
      h('div', { class: 'row' },
        session.name && button(t('qa.assignMe'), { onclick: () => answer(session.name) }),
        button(t('cancel'), { kind: 'plain', onclick: () => answer(null) }),
        button(t('qa.assign'), { kind: 'primary', onclick: () => form.requestSubmit() })));
    return form;
  });
  if (!to) return false;
  return give(numbers, to);
}

export async function give(numbers, to) {
  try {
    const done = await api.post('/api/reviews', { act: { type: 'assign', calls: numbers, to, key: oneTimeKey().slice(0, 40) } });
    note(t('qa.assigned', { n: done.assigned }));
    return true;
  } catch (fault) {
    note(explain(fault), { kind: 'bad' });
    return false;
  }
}
