import type { Location } from '../syntax/ast.ts'
import type { Local } from './ir.ts'

export type Frame = {
  slots: number
  names: Local[]
  /** Declared by `some x` or `every x`: those must be used somewhere. */
  promised: Local[]
  used: Set<number>
}
export const newFrame = (): Frame => ({ slots: 1, names: [], promised: [], used: new Set() })

type How = 'assigned' | 'declared' | 'arg' | 'referenced'

/** The names of one body (of a rule, comprehension, `every`). Closures see the names around them. */
export type Scope = {
  parent?: Scope
  frame: Frame
  declared: Map<string, Local>
  how: Map<string, How>
  /** Names that the body declares anywhere: they hide rules and imports everywhere in it. */
  hides: ReadonlySet<string>
  /** Names that stand in this body itself, not only in closures of it. */
  direct: ReadonlySet<string>
  free: Map<string, Local>
}

export const newScope = (
  frame: Frame,
  hides: ReadonlySet<string>,
  direct: ReadonlySet<string>,
  parent?: Scope,
): Scope => ({
  ...(parent ? { parent } : {}),
  frame,
  declared: new Map(),
  how: new Map(),
  hides,
  direct,
  free: new Map(),
})

export const newLocal = (frame: Frame, name: string, location: Location, firm: boolean, hidden = false): Local => {
  const made: Local = { is: 'local', slot: frame.slots++, name, hidden, firm, location }
  frame.names.push(made)
  return made
}

export const temporary = (frame: Frame, location: Location): Local =>
  newLocal(frame, `$${frame.slots}`, location, true, true)

/** Declares a name, or says why it cannot be: OPA's words. */
export const declare = (scope: Scope, name: string, how: How, location: Location, firm: boolean): Local | string => {
  switch (scope.how.get(name)) {
    case 'referenced':
      return `var ${name} referenced above`
    case 'assigned':
      return `var ${name} assigned above`
    case 'declared':
      return `var ${name} declared above`
    case 'arg':
      return `arg ${name} redeclared`
    default: {
      const made = newLocal(scope.frame, name, location, firm)
      scope.declared.set(name, made)
      scope.how.set(name, how)
      return made
    }
  }
}

export const declaredIn = (scope: Scope | undefined, name: string): Local | undefined => {
  for (let at = scope; at; at = at.parent) {
    const found = at.declared.get(name)
    if (found) return found
  }
  return undefined
}

export const hiddenIn = (scope: Scope | undefined, name: string): boolean => {
  for (let at = scope; at; at = at.parent) if (at.hides.has(name)) return true
  return false
}

/** A variable that nobody declared belongs to the outermost body it stands in. */
export const freeIn = (scope: Scope, name: string, location: Location, hidden: boolean): Local => {
  let owner = scope
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    if (at.free.has(name)) return at.free.get(name) as Local
    if (at.direct.has(name)) owner = at
  }
  const made = newLocal(scope.frame, name, location, false, hidden)
  owner.free.set(name, made)
  return made
}

export const referenced = (scope: Scope, name: string): void => {
  if (!scope.how.has(name)) scope.how.set(name, 'referenced')
}

/** Rule: OPA, checkUnusedDeclaredVars: what `:=` and arguments give a name may stand unused. */
export const refuseUnused = (frame: Frame, report: (message: string, location: Location) => void): void => {
  for (const local of frame.promised) {
    if (!frame.used.has(local.slot)) report(`declared var ${local.name} unused`, local.location)
  }
}
