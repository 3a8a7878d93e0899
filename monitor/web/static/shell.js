// What every page shares: who is signed in, the way to the other pages, theme and language.
import { api, whenEnded } from './api.js';
import { approvalsButton } from './approvals.js';
import { button, fill, h, icon, iconButton } from './dom.js';
import { signIn } from './login.js';
import { speak, isChinese, t, tOr } from './words.js';

const PAGES = [
  { page: 'wall', path: '/', roles: ['supervisor'] },
  { page: 'agent', path: '/agent', roles: ['agent'] },
  { page: 'qa', path: '/qa', roles: ['supervisor', 'qa', 'compliance'] },
  { page: 'rules', path: '/rules', roles: ['supervisor', 'qa', 'compliance'] },
  { page: 'overview', path: '/overview', roles: ['supervisor', 'qa', 'compliance'] },
];

/**
 * Start a page: sign in if need be, draw the frame, then `build(main, session, frame)`.
 * `frame.tools` is the place in the header for the page's own controls, `frame.banner` the one
 * under it for what concerns the whole page.
 */
export async function start({ page, build, bare = false }) {
  document.title = `${t(`nav.${page}`)} · ${t('app.name')}`;
  let found;
  try {
    found = await api.session();
  } catch (fault) {
    return fill(document.body, h('main', { class: 'alone' }, failure(fault, () => location.reload())));
  }
  const session = found.session || (await signIn(found));
  const home = PAGES.find((each) => each.roles.includes(session.role));
  const own = PAGES.find((each) => each.page === page);
  if (own && home && !own.roles.includes(session.role)) return location.replace(home.path);
  whenEnded(() => { signIn({ oidc: found.oidc }, t('login.ended')).then(() => location.reload()); });
  const frame = draw(page, session, bare);
  if (own && !own.roles.includes(session.role)) {
    return fill(frame.main, blank('user', t('shell.noPage', { role: tOr(`role.${session.role}`, session.role) }), t('shell.noPageText')));
  }
  try {
    await build(frame.main, session, frame);
  } catch (fault) {
    console.error(fault);
    fill(frame.main, failure(fault, () => location.reload()));
  }
  return frame;
}

/** An error in words, with a way out of it. */
export function failure(fault, again) {
  return h('div', { class: 'blank', role: 'alert' },
    icon('high', 'big'),
    h('h2', { text: t('error.page') }),
    h('p', { text: explain(fault) }),
    again && button(t('error.again'), { drawing: 'undo', kind: 'primary', onclick: again }));
}

/** What went wrong, for a person. */
export function explain(fault) {
  if (fault.status === 0) return t('error.offline');
  if (fault.status === 403) return tOr(`error.${fault.code}`, t('error.refused'));
  return tOr(`error.${fault.code}`, t('error.other', { message: fault.message }));
}

/** Where nothing is yet: a drawing, a sentence, perhaps something to do. */
export function blank(drawing, title, text, ...more) {
  return h('div', { class: 'blank' }, icon(drawing, 'big'), h('h2', { text: title }), text && h('p', { text }), ...more);
}

function draw(page, session, bare) {
  const tools = h('div', { class: 'tools' });
  const banner = h('div', { class: 'banners', 'aria-live': 'assertive' });
  const main = h('main', { id: 'main', tabindex: '-1', class: `page ${page}` });
  const header = h('header', { class: 'top' },
    h('h1', { text: t(`nav.${page}`) }), tools, account(session));
  // what the page came with stands in for what is still being asked for
  const early = document.querySelector('main.early');
  if (early) main.append(...early.childNodes);
  document.body.className = bare ? 'bare' : '';
  fill(document.body,
    h('a', { class: 'skip', href: '#main', text: t('nav.skip') }),
    !bare && rail(page, session.role), header, banner, main);
  return { main, tools, banner, header };
}

function rail(page, role) {
  const links = PAGES.filter((each) => each.roles.includes(role)).map((each) =>
    h('a', { href: each.path, 'aria-current': each.page === page ? 'page' : null },
      icon(each.page), h('span', { text: t(`nav.${each.page}`) })));
  return h('nav', { class: 'rail', 'aria-label': t('nav.label') },
    h('span', { class: 'mark', title: t('app.name') }, icon('wave')), ...links);
}

function account(session) {
  const role = tOr(`role.${session.role}`, session.role);
  const leave = async () => {
    await api.signOut().catch(() => {});
    location.reload();
  };
  return h('div', { class: 'account' }, approvalsButton(session),
    iconButton(t('shell.theme'), 'theme', changeTheme),
    h('button', { type: 'button', class: 'icon-button word', lang: isChinese() ? 'en' : 'zh-CN',
      onclick: () => speak(isChinese() ? 'en' : 'zh'), text: t('shell.language') }),
    h('span', { class: 'who', title: session.team || '' },
      icon('user'), h('span', { text: session.name || role }), h('small', { text: role })),
    iconButton(t('shell.leave'), 'leave', leave));
}

function changeTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
}
