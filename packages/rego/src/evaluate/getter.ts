import { termText } from '../builtins/term-text.ts'
import type { Plain } from '../compile/ir.ts'
import { RegoError } from '../policy.ts'
import { equal, RegoObject, RegoSet, type Value } from '../value.ts'
import { planCall } from './calls.ts'
import { constantOf } from './constant.ts'
import { type Get, hold, tick } from './context.ts'
import { valuesOf } from './parts.ts'
import type { Plan } from './plan.ts'
import { planRef } from './refs.ts'

/** A term all of whose variables have values, as a function of the frame. */
export const getter = (term: Plain, p: Plan): Get => {
  const constant = constantOf(term)
  if (constant !== undefined) return () => constant
  switch (term.is) {
    case 'scalar':
      return () => term.value
    case 'local': {
      const { slot } = term
      return (_m, s) => s[slot]
    }
    case 'doc':
    case 'ref':
      return planRef(term, p)
    case 'array': {
      const items = term.items.map((item) => p.get(item))
      return (m, s) => {
        const made: Value[] = new Array(items.length)
        for (let at = 0; at < items.length; at++) {
          const value = (items[at] as Get)(m, s)
          if (value === undefined) return undefined
          made[at] = value
        }
        hold(m.run, 16 * made.length + 16)
        return made
      }
    }
    case 'set': {
      const items = term.items.map((item) => p.get(item))
      return (m, s) => {
        const made = new RegoSet()
        for (const item of items) {
          const value = item(m, s)
          if (value === undefined) return undefined
          made.add(value)
        }
        hold(m.run, 32 * items.length + 64)
        return made
      }
    }
    case 'object': {
      const entries = term.entries.map(([key, value]) => [p.get(key), p.get(value)] as const)
      return (m, s) => {
        const made = new RegoObject()
        for (const [key, value] of entries) {
          const name = key(m, s)
          const held = value(m, s)
          if (name === undefined || held === undefined) return undefined
          made.put(name, held)
        }
        hold(m.run, 48 * entries.length + 64)
        return made
      }
    }
    case 'call':
      return planCall(term, p)
    case 'array-of':
    case 'set-of':
    case 'object-of':
      return planComprehension(term, p)
    case 'template':
      return planTemplate(term, p)
  }
}

type Comprehension = Plain & { is: 'array-of' | 'set-of' | 'object-of' }

const planComprehension = (term: Comprehension, p: Plan): Get => {
  const slot = p.slots++
  if (term.is === 'object-of') {
    const step = p.inner(term.body, () => {
      const key = p.get(term.key)
      const value = p.get(term.value)
      return (m, s) => {
        const name = key(m, s)
        const held = value(m, s)
        if (name === undefined || held === undefined) return false
        const made = s[slot] as RegoObject
        const other = made.get(name)
        if (other === undefined) {
          hold(m.run, 64)
          made.put(name, held)
        } else if (!equal(other, held))
          throw new RegoError('eval_conflict_error', 'object keys must be unique', term.location)
        return false
      }
    })
    return (m, s) => {
      const made = new RegoObject()
      s[slot] = made
      tick(m.run)
      step(m, s)
      return made
    }
  }
  const isArray = term.is === 'array-of'
  const step = p.inner(term.body, () => {
    const get = p.get(term.term)
    return (m, s) => {
      const value = get(m, s)
      if (value === undefined) return false
      hold(m.run, isArray ? 16 : typeof value === 'object' ? 200 : 64)
      if (isArray) (s[slot] as Value[]).push(value)
      else (s[slot] as RegoSet).add(value)
      return false
    }
  })
  return (m, s) => {
    const made = isArray ? [] : new RegoSet()
    s[slot] = made
    tick(m.run)
    step(m, s)
    return made
  }
}

const planTemplate = (term: Plain & { is: 'template' }, p: Plan): Get => {
  const parts = term.parts.map((part) => (typeof part === 'string' ? part : valuesOf(part, p)))
  return (m, s) => {
    let made = ''
    for (const part of parts) {
      if (typeof part === 'string') {
        made += part
        continue
      }
      const values = part(m, s)
      const [value] = values
      if (value === undefined) made += '<undefined>'
      else if (values.some((each) => !equal(each, value))) {
        throw new RegoError('eval_conflict_error', 'template-strings must not produce multiple outputs', term.location)
      } else made += typeof value === 'string' ? value : termText(value)
    }
    hold(m.run, 2 * made.length)
    return made
  }
}
