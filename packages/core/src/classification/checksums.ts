/** Numbers that carry a proof of themselves. Each function takes the text as it stands in the data. */

const digitsOf = (value: string): string => value.replaceAll(/\D/g, '')

/** The sum of digits by weights, in turn. */
const weighed = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0)

/** Rule: ISO/IEC 7812-1, Luhn. */
export const isLuhn = (digits: string): boolean => {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const twice = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2)
    sum += twice > 9 ? twice - 9 : twice
  }
  return sum % 10 === 0
}

/** A payment card: 13 to 19 digits that begin as cards do. One number of ten passes by chance: a column of them does not. */
export const isCard = (value: string): boolean => {
  if (!/^[3-6](\d[ -]?){11,17}\d$/.test(value)) return false
  const digits = digitsOf(value)
  return digits.length >= 13 && digits.length <= 19 && isLuhn(digits)
}

/** Rule: ISO 13616, the remainder by 97 of the rearranged number is 1. */
export const isIban = (value: string): boolean => {
  const compact = value.replaceAll(/[\s-]/g, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false
  const digits = (compact.slice(4) + compact.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97
  return rest === 1
}

/** United States. Rule: SSA; areas 000, 666 and from 900, group 00 and serial 0000 were never given out. Only with its dashes. */
const isSsn = (value: string): boolean => /^(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(value)

/** United Kingdom. Rule: HMRC, NIM39110. */
const isNino = (value: string): boolean =>
  /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(
    value.replaceAll(' ', '').toUpperCase(),
  )

/** Germany, tax number of a person. Rule: ISO 7064 mod 11,10; one digit stands twice or three times among the first ten. */
const isSteuerId = (value: string): boolean => {
  const digits = value.replaceAll(' ', '')
  if (!/^[1-9]\d{10}$/.test(digits)) return false
  const repeats = new Set(digits.slice(0, 10)).size
  if (repeats !== 9 && repeats !== 8) return false
  let product = 10
  for (const digit of digits.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10 === Number(digits[10])
}

/** Spain, DNI and NIE. Rule: the letter is the number's remainder by 23. */
const isDni = (value: string): boolean => {
  const text = value.replaceAll(/[\s-]/g, '').toUpperCase()
  if (!/^[XYZ\d]\d{7}[A-Z]$/.test(text)) return false
  const number = Number(text.slice(0, 8).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === text[8]
}

/** France, NIR. Rule: key = 97 - number mod 97; 2A and 2B count as 19 and 18. */
const isNir = (value: string): boolean => {
  const text = value.replaceAll(' ', '').toUpperCase()
  if (!/^[1-478]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{8}$/.test(text)) return false
  const number = BigInt(text.slice(0, 13).replace('2A', '19').replace('2B', '18'))
  return 97n - (number % 97n) === BigInt(text.slice(13))
}

/** Poland, PESEL. */
const isPesel = (value: string): boolean => {
  if (!/^\d{2}([02468][1-9]|[13579][0-2])\d{7}$/.test(value)) return false
  return (10 - (weighed(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(value[10])
}

/** Brazil, CPF. */
const isCpf = (value: string): boolean => {
  const digits = digitsOf(value)
  if (!/^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/.test(value) || /^(\d)\1{10}$/.test(digits)) return false
  const check = (length: number): number => {
    const rest =
      (weighed(
        digits,
        Array.from({ length }, (_, at) => length + 1 - at),
      ) *
        10) %
      11
    return rest === 10 ? 0 : rest
  }
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10])
}

/** Sweden, personnummer: a day, then four digits; Luhn over the last ten. */
const isPersonnummer = (value: string): boolean => {
  const found = /^(?:19|20)?(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[-+](\d{4})$/.exec(value)
  return found !== null && isLuhn(`${found[1]}${found[2]}`)
}

/** Italy, codice fiscale: its shape with the letter of the month; shape is rare enough without its check letter. */
const isCodiceFiscale = (value: string): boolean =>
  /^[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/.test(value.toUpperCase())

/** India, Aadhaar. Rule: UIDAI, Verhoeff; does not begin with 0 or 1. Only in its groups of four. */
const isAadhaar = (value: string): boolean => {
  if (!/^[2-9]\d{3}[ -]\d{4}[ -]\d{4}$/.test(value)) return false
  let check = 0
  for (const [at, digit] of [...digitsOf(value)].reverse().entries()) check = turn(check, permuted(at, Number(digit)))
  return check === 0
}
/** Multiplication in the dihedral group of order ten. */
const turn = (a: number, b: number): number =>
  a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5) : b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5
const permuted = (times: number, digit: number): number => {
  let value = digit
  for (let n = 0; n < times % 8; n++) value = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][value] as number
  return value
}

/** Official numbers of persons by who gives them out. */
export const nationalIds: Readonly<Record<string, (value: string) => boolean>> = {
  'US social security numbers': isSsn,
  'UK national insurance numbers': isNino,
  'German tax numbers': isSteuerId,
  'Spanish DNI or NIE numbers': isDni,
  'French social security numbers': isNir,
  'Polish PESEL numbers': isPesel,
  'Brazilian CPF numbers': isCpf,
  'Swedish personal numbers': isPersonnummer,
  'Italian tax codes': isCodiceFiscale,
  'Indian Aadhaar numbers': isAadhaar,
}
