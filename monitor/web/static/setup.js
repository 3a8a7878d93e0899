// The first accounts, made with the one-time code of the terminal: who will work here.
import { api } from './api.js';
import { button, fill, h } from './dom.js';
import { t } from './words.js';

const PEOPLE = [
  { role: 'admin', needed: true },
  { role: 'supervisor', needed: true, team: true },
  { role: 'qa' },
  { role: 'compliance' },
];

/** Draw the form; `done(name)` is called with the supervisor's name when the accounts exist. */
export function setUp(form, back, done) {
  const code = h('input', { id: 'setup-code', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false' });
  const team = h('input', { id: 'setup-team', value: t('setup.teamName'), maxlength: '64' });
  const rows = PEOPLE.map(person);
  const fault = h('p', { class: 'fault', role: 'alert' });
  const go = h('button', { class: 'button primary wide', type: 'submit', text: t('setup.go') });
  fill(form, h('h2', { text: t('setup.title') }), h('p', { class: 'muted', text: t('setup.text') }),
    h('div', { class: 'pair' }, field(code, 'login.firstCode'), field(team, 'setup.team')), ...rows.map((each) => each.element), fault, go,
    button(t('setup.back'), { kind: 'plain', onclick: back }));
  form.onsubmit = (event) => {
    event.preventDefault();
    const missing = [code, team, ...rows.flatMap((each) => each.missing())].find((input) => !input.value.trim());
    if (missing) missing.focus();
    else send(code, team, rows, { fault, go }, done);
  };
  code.focus();
}

function field(input, label) {
  return h('div', { class: 'field' }, h('label', { for: input.id, text: t(label) }), input);
}

function person({ role, needed, team }) {
  const title = t(`role.${role}`);
  const name = h('input', { autocomplete: 'off', spellcheck: 'false', maxlength: '64', 'aria-label': `${title} ${t('login.name')}`, placeholder: t('login.name') });
  const password = h('input', { type: 'password', autocomplete: 'new-password', maxlength: '128', 'aria-label': `${title} ${t('login.password')}`, placeholder: t('login.password') });
  const element = h('div', { class: 'person', role: 'group', 'aria-label': title }, h('span', {}, title, !needed && h('small', { text: t('setup.optional') })), name, password);
  return {
    role,
    name,
    element,
    missing: () => (needed || name.value.trim() || password.value ? [name, password] : []),
    told: (teamName) => ({ name: name.value.trim(), password: password.value, role, teams: team ? [teamName] : [] }),
  };
}

async function send(code, team, rows, { fault, go }, done) {
  const people = rows.filter((each) => each.name.value.trim()).map((each) => each.told(team.value.trim()));
  go.disabled = true;
  try {
    await api.setUp({ code: code.value.trim(), people });
    done(rows.find((each) => each.role === 'supervisor').name.value.trim());
  } catch (error) {
    fault.textContent = error.status === 0 ? t('error.offline') : error.status === 401 ? t('setup.wrong') : t('error.other', { message: error.message });
    go.disabled = false;
  }
}
