// Runs before the first paint, so that a dark page never flashes light.
(function () {
  const saved = localStorage.getItem('theme');
  if (saved === 'dark' || saved === 'light') document.documentElement.dataset.theme = saved;
  if (localStorage.getItem('language') === 'en') document.documentElement.lang = 'en';
})();
