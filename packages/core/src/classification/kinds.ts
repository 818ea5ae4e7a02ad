import type { Classification } from '../manifest/model.ts'
import { isCard, isIban, nationalIds } from './checksums.ts'
import { isGivenName } from './given_names.ts'

/** What a column can be about. */
export const columnKinds = [
  'email',
  'phone',
  'person-name',
  'birth-date',
  'address',
  'national-id',
  'card',
  'iban',
  'ip',
  'geolocation',
  'health',
  'credential',
  'free-text',
] as const
export type ColumnKind = (typeof columnKinds)[number]

/** Proposed for a column of the kind when a steward accepts it as it stands. */
export const levelOf: Readonly<Record<ColumnKind, Classification>> = {
  email: 'confidential',
  phone: 'confidential',
  'person-name': 'confidential',
  'birth-date': 'confidential',
  address: 'confidential',
  'national-id': 'restricted',
  card: 'restricted',
  iban: 'restricted',
  ip: 'confidential',
  geolocation: 'confidential',
  health: 'restricted',
  credential: 'restricted',
  'free-text': 'internal',
}

/** Words of a name stand between `_`. */
const word = (alternatives: string): RegExp => new RegExp(`(^|_)(${alternatives})(_|$)`)

/**
 * What names say, the surer ones first: `sure` is the chance that a column of such a name is of the kind, as it was found to be in schemas
 * of shops, clinics and airlines written for the tests; not a measured share of the world.
 */
export const byName: readonly { kind: ColumnKind; says: string; sure: number; pattern: RegExp }[] = [
  { kind: 'email', says: 'an e-mail address', sure: 0.85, pattern: word('e?_?mail|email_?addr(ess)?|emails') },
  {
    kind: 'phone',
    says: 'a phone number',
    sure: 0.8,
    pattern: word('phone|mobile|tel|telephone|telefon|handy|fax|msisdn'),
  },
  {
    kind: 'person-name',
    says: 'the name of a person',
    sure: 0.8,
    pattern: word(
      'first_?name|last_?name|middle_?name|given_?name|family_?name|maiden_?name|surname|full_?name|vorname|nachname|(customer|person|contact|employee|patient|passenger|guest|user|member|holder|client|driver)_name',
    ),
  },
  {
    kind: 'birth-date',
    says: 'a date of birth',
    sure: 0.85,
    pattern: word('birth|birthday|birthdate|dob|geburtstag|geburtsdatum'),
  },
  {
    kind: 'national-id',
    says: 'an official number of a person',
    sure: 0.85,
    pattern: word(
      'ssn|social_security|passport|national_id|tax_id|drivers?_licen[cs]e|steuer_?id|nino|bsn|pesel|cpf|dni|nir|aadhaar|personnummer|codice_fiscale',
    ),
  },
  { kind: 'iban', says: 'a bank account', sure: 0.85, pattern: word('iban|account_holder|bank_?account') },
  {
    kind: 'card',
    says: 'a payment card',
    sure: 0.8,
    pattern: word('card_?(number|no|num)|credit_?card|kreditkarte|cc_?num(ber)?'),
  },
  { kind: 'address', says: 'an address', sure: 0.65, pattern: word('address|street|strasse|adresse') },
  {
    kind: 'address',
    says: 'part of an address',
    sure: 0.4,
    pattern: word('house_?number|zip_?code|postal_?code|postcode|plz'),
  },
  { kind: 'ip', says: 'a network address', sure: 0.7, pattern: word('ip|ip_?addr(ess)?|ipv[46]|mac_address') },
  {
    kind: 'health',
    says: 'something about health',
    sure: 0.7,
    pattern: word('diagnos[ie]s|icd_?10|icd|disease|medication|blood_?type|allerg(y|ies)|disability'),
  },
  {
    kind: 'credential',
    says: 'a secret',
    sure: 0.8,
    pattern: word('password|passwd|passwort|secret|api_?key|access_?token|refresh_?token|private_?key'),
  },
  {
    kind: 'geolocation',
    says: 'a place on the map',
    sure: 0.35,
    pattern: word('lat|latitude|lon|lng|longitude|geo|geohash|gps|coordinates|geo_?location'),
  },
  {
    kind: 'free-text',
    says: 'text that people write',
    sure: 0.4,
    pattern: word('comments?|notes?|remarks?|message|body|feedback|review_?text|free_?text|bemerkung(en)?|notiz(en)?'),
  },
]

const email = /^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$/
/** Groups of digits with a leading + or 0, or with brackets: bare digits are as well a count. */
const phone = /^(\+|00|0\d|\()[\d\s()./-]{6,22}$/
const ipv4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/
const ipv6 = /^(?=.*::|([0-9a-f]{1,4}:){7})[0-9a-f:]{3,39}$/i
const street =
  /^\d+[a-z]?,?\s+(\S+\s+){1,4}(street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|square|sq)\b|^\S.*(stra(ß|ss)e|str\.|weg|platz|allee|gasse|ring)\s+\d+|^(am|an der|im|in der)\s\S.*\s\d+[a-z]?$|^\d+,?\s+(rue|avenue|boulevard|place|all[ée]e|chemin)\s|^(calle|via|viale|rua|avenida|piazza)\s.+\d/i
const pair = /^[[(]?\s*(-?\d{1,2}\.\d{3,}),\s*(-?1?\d{1,2}\.\d{3,})\s*[\])]?$|^POINT ?\(-?\d+(\.\d+)? -?\d+(\.\d+)?\)$/i
const secret =
  /^(gh[opsu]_[A-Za-z0-9]{36}|AKIA[A-Z0-9]{16}|xox[abps]-[A-Za-z0-9-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\$(2[aby]|argon2id?)\$.+)/

const isDate = (value: string): boolean => /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b/.test(value)
const isPhone = (value: string): boolean =>
  phone.test(value) && !/^\d+[./-]\d+$/.test(value) && value.replaceAll(/\D/g, '').length >= 7 && !isDate(value)
const isPersonName = (value: string): boolean => {
  const words = value.split(/[\s,]+/).filter((each) => each !== '')
  return (
    words.length >= 1 &&
    words.length <= 4 &&
    words.every((each) => /^\p{Lu}[\p{L}'’.-]*$/u.test(each)) &&
    words.some((each) => each.split('-').some(isGivenName))
  )
}
const isProse = (value: string): boolean => value.length >= 40 && (value.match(/\S+/g)?.length ?? 0) >= 7

/** What values say. `sure` when every value looks so; of fewer than half nothing is said. */
export const byValues: readonly { kind: ColumnKind; says: string; sure: number; is: (value: string) => boolean }[] = [
  { kind: 'email', says: 'e-mail addresses', sure: 0.97, is: (value) => email.test(value) },
  { kind: 'iban', says: 'IBANs', sure: 0.97, is: isIban },
  { kind: 'credential', says: 'keys or hashes of passwords', sure: 0.95, is: (value) => secret.test(value) },
  ...Object.entries(nationalIds).map(([says, is]) => ({ kind: 'national-id' as const, says, sure: 0.9, is })),
  { kind: 'card', says: 'card numbers', sure: 0.95, is: isCard },
  { kind: 'ip', says: 'IP addresses', sure: 0.85, is: (value) => ipv4.test(value) || ipv6.test(value) },
  { kind: 'phone', says: 'phone numbers', sure: 0.75, is: isPhone },
  { kind: 'address', says: 'addresses', sure: 0.8, is: (value) => street.test(value) },
  { kind: 'person-name', says: 'names of persons', sure: 0.75, is: isPersonName },
  { kind: 'geolocation', says: 'places on the map', sure: 0.6, is: (value) => pair.test(value) },
  { kind: 'free-text', says: 'sentences', sure: 0.6, is: isProse },
]
