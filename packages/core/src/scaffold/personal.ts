import { snake } from './sample.ts'

/** A proposal for the team to look at, not a verdict: why a column looks like personal data, from its name and from values of it. */
export const personalBecause = (name: string, values: readonly string[]): string | null => {
  const words = snake(name)
  const byName = names.find(([, pattern]) => pattern.test(words))
  if (byName) return `its name says ${byName[0]}`
  const known = values.map((value) => value.trim()).filter((value) => value !== '')
  if (known.length === 0) return null
  for (const [what, is] of looks) {
    const hits = known.filter(is).length
    if (hits > known.length / 2)
      return hits === known.length ? `its values are ${what}` : `most of its values are ${what}`
  }
  return null
}

/** Words of a name, between `_`. */
const word = (alternatives: string): RegExp => new RegExp(`(^|_)(${alternatives})(_|$)`)

const names: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an e-mail address', word('e?_?mail|email_address|emails')],
  ['a phone number', word('phone|mobile|tel|telephone|telefon|handy|fax')],
  [
    'the name of a person',
    word(
      'first_?name|last_?name|middle_?name|given_?name|family_?name|maiden_?name|surname|full_?name|vorname|nachname|(customer|person|contact|employee|patient|passenger|guest|user|member|holder)_name',
    ),
  ],
  ['a date of birth', word('birth|birthday|birthdate|dob|geburtstag|geburtsdatum')],
  [
    'an official number of a person',
    word('ssn|social_security|passport|national_id|tax_id|drivers?_licen[cs]e|steuer_?id'),
  ],
  ['a bank account or a card', word('iban|card_?number|credit_?card|kreditkarte|account_holder')],
  ['an address', word('address|street|strasse|adresse')],
  ['a network address', word('ip|ip_?addr|mac_address')],
]

const email = /^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$/
/** Groups of digits with a leading + or 0, or with brackets: bare digits are as well a count. */
const phone = /^(\+|00|0\d|\()[\d\s()./-]{6,22}$/
const ipv4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/
const ipv6 = /^(?=.*::|([0-9a-f]{1,4}:){7})[0-9a-f:]{3,39}$/i

const isPhone = (value: string): boolean =>
  phone.test(value) && !/^\d+[./-]\d+$/.test(value) && value.replaceAll(/\D/g, '').length >= 7 && !isDate(value)
const isDate = (value: string): boolean => /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b/.test(value)

/** Rule: ISO 13616, the remainder by 97 of the rearranged number is 1. */
const isIban = (value: string): boolean => {
  const compact = value.replaceAll(/[\s-]/g, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false
  const digits = (compact.slice(4) + compact.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97
  return rest === 1
}

/** Rule: ISO/IEC 7812, Luhn. One number of ten passes by chance: a column of them does not. */
const isCard = (value: string): boolean => {
  if (!/^[3-6](\d[ -]?){11,17}\d$/.test(value)) return false
  const digits = value.replaceAll(/\D/g, '')
  if (digits.length < 13 || digits.length > 19) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const twice = digit * 2
    sum += i % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice
  }
  return sum % 10 === 0
}

const looks: readonly (readonly [what: string, is: (value: string) => boolean])[] = [
  ['e-mail addresses', (value) => email.test(value)],
  ['IBANs', isIban],
  ['card numbers', isCard],
  ['IP addresses', (value) => ipv4.test(value) || ipv6.test(value)],
  ['phone numbers', isPhone],
]
