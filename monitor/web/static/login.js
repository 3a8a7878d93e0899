// Signing in: an account, a token, or the one-time code of a first start.
import { api } from './api.js';
import { button, fill, h, icon } from './dom.js';
import { setUp } from './setup.js';
import { t, tOr } from './words.js';

const WAYS = {
  account: [
    { name: 'name', label: 'login.name', autocomplete: 'username' },
    { name: 'password', label: 'login.password', type: 'password', autocomplete: 'current-password' },
    { name: 'code', label: 'login.code', inputmode: 'numeric', autocomplete: 'one-time-code', optional: true },
  ],
  token: [
    { name: 'token', label: 'login.token', hint: 'login.tokenHint', type: 'password', autocomplete: 'off' },
  ],
  code: [
    { name: 'code', label: 'login.firstCode', hint: 'login.firstHint', inputmode: 'numeric', autocomplete: 'off', big: true },
  ],
};

const TABS = { account: 'login.byAccount', token: 'login.byToken', code: 'login.byCode' };

/** Show the sign-in page; resolves with the session. `oidc` is the company's own way, if there is one. */
export function signIn({ first = false, oidc = null }, notice = refusal()) {
  return new Promise((done) => {
    document.title = `${t('login.title')} · ${t('app.name')}`;
    document.body.className = 'login';
    let way = first ? 'code' : localStorage.getItem('login') || 'account';
    if (way === 'code' && !first) way = 'account';
    const form = h('form', { class: 'card', novalidate: true });
    const other = oidc && h('div', { class: 'elsewhere' }, h('span', { text: t('login.or') }),
      h('button', { type: 'button', class: 'button wide', text: oidc.label || t('login.oidc'), onclick: () => { location.href = oidc.start; } }));
    const choose = (chosen) => { way = chosen; draw(); };
    const made = (name) => {
      first = false;
      notice = t('setup.done');
      choose('account');
      form.querySelector('.fault').classList.add('told');
      form.elements.name.value = name;
      form.elements.password.focus();
    };
    const draw = () => (way === 'setup' ? setUp(form, () => choose('code'), made) : drawForm(form, way, first, notice, choose, done));
    fill(document.body, h('main', { class: 'alone' },
      h('div', { class: 'brand' }, h('span', { class: 'mark' }, icon('wave')),
        h('div', {}, h('h1', { text: t('app.name') }), h('p', { text: t('login.lead') }))),
      form, other));
    draw();
  });
}

/** Why the company's sign-in sent the person back here; the address is made clean again. */
function refusal() {
  const code = new URLSearchParams(location.search).get('sign_in');
  if (!code) return '';
  history.replaceState(null, '', location.pathname);
  return tOr(`login.${code}`, t('login.oidc_refused'));
}

function drawForm(form, way, first, notice, choose, done) {
  const ways = Object.keys(WAYS).filter((each) => each !== 'code' || first);
  const fault = h('p', { class: 'fault', role: 'alert', text: notice });
  const go = h('button', { class: 'button primary wide', type: 'submit', text: t('login.go') });
  const inputs = WAYS[way].map(field);
  fill(form,
    h('div', { class: 'segmented', role: 'group', 'aria-label': t('login.how') },
      ...ways.map((each) => h('button', { type: 'button', 'aria-pressed': String(each === way),
        text: t(TABS[each]), onclick: () => choose(each) }))),
    ...inputs.map((each) => each.row), fault, go, way === 'code' && button(t('setup.open'), { kind: 'plain', onclick: () => choose('setup') }));
  form.onsubmit = (event) => {
    event.preventDefault();
    send(way, inputs, go, fault, done);
  };
  inputs[0].input.focus();
}

function field({ name, label, hint, big, optional, ...rest }) {
  const id = `login-${name}`;
  const input = h('input', { id, name, class: big ? 'big' : '', required: !optional, spellcheck: 'false',
    'aria-describedby': hint ? `${id}-hint` : null, ...rest });
  const row = h('div', { class: 'field' }, h('label', { for: id, text: t(label) }), input,
    hint && h('small', { id: `${id}-hint`, text: t(hint) }));
  return { name, input, row };
}

async function send(way, inputs, go, fault, done) {
  const proof = {};
  for (const { name, input } of inputs) if (input.value.trim()) proof[name] = input.value.trim();
  const empty = inputs.find(({ input }) => input.required && !input.value.trim());
  if (empty) return empty.input.focus();
  go.disabled = true;
  go.textContent = t('login.busy');
  try {
    const session = await api.signIn(proof);
    localStorage.setItem('login', way);
    done(session);
  } catch (error) {
    fault.textContent = error.status === 0 ? t('error.offline')
      : error.status === 429 ? t('login.many') : t('login.wrong');
    go.disabled = false;
    go.textContent = t('login.go');
    inputs[0].input.select();
  }
  return undefined;
}
