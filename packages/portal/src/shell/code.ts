/** The one-time code of a sign-in link (`/#code=…`): taken out of the address at once, so that it stays in no history and no screenshot. */
const read = (): string | null => {
  const found = new URLSearchParams(location.hash.slice(1)).get('code')
  if (found !== null) history.replaceState(null, '', '/sign-in')
  return found
}

let code = read()

/** Once. */
export const takeCode = (): string | null => {
  const taken = code
  code = null
  return taken
}
