import type { Goal, Local, Plain } from '../compile/ir.ts'
import type { Get, Step } from './context.ts'
import type { Program } from './program.ts'

/** What the planner knows at the point where it is: which slots have values there. Terms and bodies contain each other, hence the methods. */
export type Plan = {
  readonly program: Program
  bound: Set<number>
  /** Slots of the frame; the planner takes more for its own. */
  slots: number
  readonly names: readonly Local[]
  readonly text: string
  /** A term all of whose variables have values, as a function of the frame. */
  get: (term: Plain) => Get
  /** A body that only has to be possible or not; its slots are its own. */
  inner: (body: readonly Goal[], then: () => Step) => Step
}
