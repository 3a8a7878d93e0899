// Runs before the first paint: a dark page never flashes light, and who is signed in is asked for
// while the modules are still on their way.
(function () {
  const saved = localStorage.getItem('theme');
  if (saved === 'dark' || saved === 'light') document.documentElement.dataset.theme = saved;
  if (localStorage.getItem('language') === 'en') document.documentElement.lang = 'en';
  window.askedForSession = fetch('/api/session', {
    headers: { accept: 'application/json' }, credentials: 'same-origin', cache: 'no-store',
  }).catch(() => null);
})();
