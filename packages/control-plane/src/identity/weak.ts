/**
 * What guessing programs try first: these words, alone, repeated, or with digits and signs around them.
 * The first line is about this platform. Rule: docs/guide/sign-in.md#passwords
 */
const common = `
datamesh dataproduct dataplatform mesh domain owner steward product
password passwort passphrase motdepasse contrasena wachtwoord haslo senha parola secret geheim topsecret
admin administrator root superuser sysadmin manager operator service system master default
welcome willkommen bienvenue letmein letmeinnow changeme changeit changethis newpassword mypassword thisismypassword
iloveyou ilovemylife sunshine princess football baseball basketball superman batman spiderman starwars dragon monkey
shadow michael jennifer jessica ashley charlie jordan liverpool chelsea arsenal barcelona juventus realmadrid
computer internet samsung google facebook microsoft linkedin twitter whatever trustno hello helloworld
summer winter spring autumn sommer monday friday january december london berlin paris newyork america deutschland
correcthorsebatterystaple onceuponatime abcdefghijkl qwertyuiop asdfghjkl zxcvbnm qazwsxedc qwertz azerty
`
  .trim()
  .split(/\s+/)

const runs = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
]

/** Why nobody should use this password, or null. Length is not asked here. No kind of character is ever required. */
export const weakness = (password: string, about: readonly string[]): string | null => {
  const low = password.toLowerCase()
  const own = about.flatMap((each) => each.toLowerCase().split(/[^a-z0-9]+/)).filter((each) => each.length >= 4)
  // 5 of 16 characters are not a password with a word in it: what is left when known words are taken away has to be enough
  const words = [...own, ...common].sort((a, b) => b.length - a.length)
  const little = (text: string): boolean => {
    const rest = without(text, words)
    return rest.length < text.length && new Set(rest.replace(/[^\p{L}]/gu, '')).size < 4
  }
  if (new Set(low).size < 5) return 'it consists of very few different characters'
  if (repeated(low)) return 'it is one short piece, repeated'
  if (little(low) || little(unleet(low)))
    return 'it is made of words that are tried first: names of this platform, of you, or common passwords'
  if (/^[\d\W_]+$/u.test(low) && /^[\x20-\x7e]*$/.test(low) && low.length < 16)
    return 'it is a short row of digits; use a few words'
  return null
}

const without = (text: string, words: readonly string[]): string => {
  let rest = text
  for (const word of words) rest = rest.replaceAll(word, '')
  for (const run of runs)
    for (let length = run.length; length >= 4; length--)
      for (let at = 0; at + length <= run.length; at++) {
        const piece = run.slice(at, at + length)
        rest = rest.replaceAll(piece, '').replaceAll([...piece].reverse().join(''), '')
      }
  return rest
}

const repeated = (text: string): boolean => {
  for (let length = 1; length <= text.length / 3; length++)
    if (
      text ===
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .slice(0, text.length)
    )
      return true
  return false
}

const unleet = (text: string): string =>
  text.replace(
    /[@4310$5!7]/g,
    (sign) => ({ '@': 'a', 4: 'a', 3: 'e', 1: 'i', 0: 'o', $: 's', 5: 's', '!': 'i', 7: 't' })[sign] ?? sign,
  )
