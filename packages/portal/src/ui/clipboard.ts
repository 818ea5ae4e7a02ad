/** Copies a text. Browsers give the clipboard only to HTTPS and localhost; elsewhere the older way is taken. */
export const copyText = async (text: string): Promise<void> => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  field.setAttribute('aria-hidden', 'true')
  field.style.cssText = 'position:fixed;opacity:0'
  const before = document.activeElement as HTMLElement | null
  // inside an open dialog, which would take the focus back from elsewhere
  const place = before?.closest('[role=dialog]') ?? document.body
  place.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  before?.focus()
  if (!done) throw new Error('the browser does not let this page copy')
}
