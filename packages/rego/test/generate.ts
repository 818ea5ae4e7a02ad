/** Writes small policies by chance, always the same for the same seed. What is written is safe and well typed: operands come from `input`, whose types nobody knows before. */
export const generatePolicy = (seed: number, name: string): string => {
  let state = (seed ^ 0x9e3779b9) >>> 0
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const one = <T>(from: readonly T[]): T => from[below(from.length)] as T
  const chance = (share: number): boolean => below(100) < share * 100
  let count = 0
  const fresh = (): string => `v${count++}`

  const paths = [
    'a',
    'b',
    'c',
    'd.e',
    'd.f',
    'list',
    'list[0]',
    'list[1]',
    'objects',
    'objects[0].k',
    'map',
    'map.x',
    'text',
    'words',
    'nested',
    'nested.p.q',
    'missing',
    'no.where',
    'flag',
    'nothing',
  ]
  const lists = ['list', 'objects', 'words', 'map', 'nested', 'missing', 'numbers', 'mixed']
  const scalars = ['1', '2', '0', '-3', '2.5', '"x"', '"a-b"', '""', 'true', 'false', 'null', '10']
  const operators = ['==', '!=', '<', '<=', '>', '>=']
  const calls: readonly (readonly [string, number])[] = [
    ['count', 1],
    ['sum', 1],
    ['max', 1],
    ['min', 1],
    ['sort', 1],
    ['product', 1],
    ['abs', 1],
    ['upper', 1],
    ['lower', 1],
    ['trim_space', 1],
    ['concat', 2],
    ['contains', 2],
    ['startswith', 2],
    ['endswith', 2],
    ['split', 2],
    ['indexof', 2],
    ['to_number', 1],
    ['object.keys', 1],
    ['is_string', 1],
    ['is_number', 1],
    ['is_object', 1],
    ['type_name', 1],
    ['array.reverse', 1],
    ['array.concat', 2],
    ['json.marshal', 1],
    ['round', 1],
    ['replace', 3],
    ['substring', 3],
    ['object.get', 3],
    ['object.union', 2],
    ['numbers.range', 2],
    ['intersection', 1],
    ['union', 1],
    ['format_int', 2],
    ['strings.reverse', 1],
    ['array.slice', 3],
    ['trim_prefix', 2],
  ]
  type Scope = readonly string[]
  const ref = (scope: Scope): string => {
    if (scope.length > 0 && chance(0.45)) {
      const base = one(scope)
      return chance(0.3) ? `${base}${one(['.k', '.x', '[0]', '["y"]', '[1]'])}` : base
    }
    return `input.${one(paths)}`
  }
  const term = (scope: Scope, depth: number): string => {
    const kind = below(depth <= 0 ? 4 : 12)
    if (kind < 3) return ref(scope)
    if (kind === 3) return one(scalars)
    switch (kind) {
      case 4:
        return `[${term(scope, depth - 1)}, ${term(scope, depth - 1)}]`
      case 5:
        return `{"k": ${term(scope, depth - 1)}, ${one(['"x"', '1', '"y"'])}: ${term(scope, depth - 1)}}`
      case 6:
        return `{${term(scope, depth - 1)}, ${term(scope, depth - 1)}}`
      case 7: {
        const each = fresh()
        const head = term([...scope, each], 0)
        return `[${head} | some ${each} in input.${one(lists)}${chance(0.5) ? `; ${condition([...scope, each], depth - 1)}` : ''}]`
      }
      case 8: {
        const each = fresh()
        return `{${term([...scope, each], 0)} | some ${each} in input.${one(lists)}}`
      }
      case 9: {
        const [key, each] = [fresh(), fresh()]
        return `{${key}: ${each} | some ${key}, ${each} in input.${one(lists)}}`
      }
      case 10:
        return call(scope)
      default:
        return `(${ref(scope)} ${one(['+', '-', '*', '/', '%'])} ${ref(scope)})`
    }
  }
  const call = (scope: Scope): string => {
    const [builtin, arity] = one(calls)
    return `${builtin}(${Array.from({ length: arity }, () => ref(scope)).join(', ')})`
  }
  const condition = (scope: Scope, depth: number): string => {
    switch (below(8)) {
      case 0:
        return `not ${ref(scope)}`
      case 1:
        return `not ${ref(scope)} ${one(operators)} ${term(scope, 0)}`
      case 2:
        return `${term(scope, 0)} in ${ref(scope)}`
      case 3:
        return ref(scope)
      case 4:
        return call(scope)
      case 5: {
        if (depth <= 0) return ref(scope)
        const each = fresh()
        return `every ${each} in input.${one(lists)} { ${condition([...scope, each], depth - 1)} }`
      }
      case 6:
        return `${ref(scope)} ${one(operators)} ${term(scope, depth)}${chance(0.3) ? ` with input.${one(['a', 'list', 'd'])} as ${one(['5', '[1, 2]', '{"e": 1}'])}` : ''}`
      default:
        return `${ref(scope)} ${one(operators)} ${term(scope, 1)}`
    }
  }
  /** Statements, and the variables that are bound after them. */
  const body = (depth: number, bound: Scope = []): { lines: string[]; scope: Scope } => {
    let scope: Scope = bound
    const lines: string[] = []
    for (let left = 1 + below(3); left > 0; left--) {
      const kind = below(5)
      if (kind === 0) {
        const each = fresh()
        lines.push(`some ${each} in input.${one(lists)}`)
        scope = [...scope, each]
      } else if (kind === 1) {
        const [key, each] = [fresh(), fresh()]
        lines.push(`some ${key}, ${each} in input.${one(lists)}`)
        scope = [...scope, key, each]
      } else if (kind === 2) {
        const value = fresh()
        lines.push(`${value} := ${term(scope, depth)}`)
        scope = [...scope, value]
      } else lines.push(condition(scope, depth))
    }
    // the order of statements must not matter
    if (chance(0.2)) lines.reverse()
    return { lines, scope }
  }
  const block = (lines: readonly string[]): string => `{\n${lines.map((line) => `\t${line}`).join('\n')}\n}`
  const rule = (index: number): string => {
    const name = `r${index}`
    const { lines, scope } = body(2)
    switch (below(7)) {
      case 0:
        return `${chance(0.5) ? `default ${name} := ${one(scalars)}\n\n` : ''}${name} := ${term(scope, 1)} if ${block(lines)}`
      case 1:
        return `${name} contains ${term(scope, 1)} if ${block(lines)}`
      case 2:
        return `${name}[${ref(scope)}] := ${term(scope, 0)} if ${block(lines)}`
      case 3:
        return `${name} if ${block(lines)}`
      case 4: {
        const other = body(1)
        return `${name} := ${term(scope, 0)} if ${block(lines)} else := ${term(other.scope, 1)} if ${block(other.lines)} else := ${one(scalars)}`
      }
      case 5: {
        const inner = body(1, ['x'])
        return `f${index}(x) := ${term([...inner.scope], 1)} if ${block(inner.lines)}\n\n${name} := [y | some z in input.${one(lists)}; y := f${index}(z)]`
      }
      default:
        return `${name} := ${term([], 2)}`
    }
  }
  const rules = Array.from({ length: 2 + below(3) }, (_, index) => rule(index))
  const last = chance(0.5) ? `\n\nlast := ${one(['count', 'type_name', 'json.marshal'])}(data.${name}.r0)` : ''
  return `package ${name}\n\n${rules.join('\n\n')}${last}\n`
}

export const inputs: readonly unknown[] = [
  {
    a: 1,
    b: 'x',
    c: [1, 'x', null],
    d: { e: 2.5, f: '10' },
    list: [3, 1, 2, 2],
    objects: [{ k: 'x', v: 1 }, { k: 'y' }, { v: [1] }],
    map: { x: 1, y: 'b', z: [1, 2] },
    text: 'a-b-ä-𝄞',
    words: ['b', 'a', 'a-b', ''],
    nested: { p: { q: [1, { r: 2 }] }, s: 'x' },
    flag: true,
    nothing: null,
    numbers: [1, 2.5, -3, 10, 0],
    mixed: [1, '1', [1], { x: 1 }, true, null, 1],
  },
  {
    a: 'x',
    b: 10,
    c: { x: 1 },
    d: { e: 0, f: '-' },
    list: [],
    objects: {},
    map: { k: 1, x: { x: 1 } },
    text: '',
    words: 'word',
    nested: [[1, 2], [], [[3]]],
    flag: false,
    nothing: {},
    numbers: [12.25, 0.1, 2],
    mixed: { 1: 2, x: 'x', k: ['k'] },
  },
  {},
]
