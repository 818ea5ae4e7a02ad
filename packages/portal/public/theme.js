// Before the first paint, so that a dark page never flashes white. A file of its own because the pages allow no inline script.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('datamesh.theme')
  } catch {}
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
