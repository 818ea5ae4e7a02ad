import { fromJson, type Value } from '../value.ts'

/** A document converted once, to be used by many evaluations as `input` or `data`. It must not change afterwards. */
export class Prepared {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}
export const prepare = (json: unknown): Prepared => new Prepared(fromJson(json))
export const documentOf = (json: unknown): Value | undefined =>
  json === undefined ? undefined : json instanceof Prepared ? json.value : fromJson(json)
