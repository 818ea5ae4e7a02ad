import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { compile, prepare } from '../packages/rego/src/index.ts'
import { median, printTable } from './measure.ts'
import { manifests } from './rego_manifests.ts'

const folder = new URL('opa/', import.meta.url).pathname
const policies = join(folder, 'policies')
const togetherQuery = '[name | some name; data.governance[name].deny[_]]'

/** So many compilations make one measurement; the other side does the same. */
const coldTimes = 20

type Part = 'plain' | 'prepared' | 'together' | 'cold'
type Theirs = { names: string[]; answers: unknown[][]; time: (part: Part) => Promise<number>; end: () => void }

/** The other side as a process that waits to be asked: both work in turn, under the same load. */
const startTheirs = async (command: string, inputs: string): Promise<Theirs> => {
  const child = spawn(command, [policies, inputs], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error("the program with OPA's library ended early")
    return value
  }
  const { names, answers } = JSON.parse(await line()) as Pick<Theirs, 'names' | 'answers'>
  return {
    names,
    answers,
    time: async (part) => {
      child.stdin.write(`${part}\n`)
      return Number(await line())
    },
    end: () => child.stdin.end(),
  }
}

/** Builds the Go programs into `into`; a sentence when that cannot be done here. */
const buildTheirs = (into: string): { bench: string; opa: string } | string => {
  const environment = { ...process.env, GOFLAGS: '-buildvcs=false -mod=readonly', GOBIN: into }
  const go = (...args: string[]): string | undefined => {
    const { error, status, stderr } = spawnSync('go', args, { cwd: folder, env: environment, encoding: 'utf8' })
    return error ? `go is not there (${error.message})` : status === 0 ? undefined : stderr.trim().split('\n').at(-1)
  }
  const bench = join(into, 'rego-bench')
  const opa = join(into, 'opa')
  const failed = go('build', '-o', bench, '.') ?? go('build', '-o', opa, 'github.com/open-policy-agent/opa')
  return failed ?? { bench, opa }
}

/** 1,000 manifests × 30 policies, warm in process; and one verdict in a process of its own. Beside OPA's Go library and `opa eval`. */
export async function benchRego({ rounds }: { rounds: number }): Promise<void> {
  const sources = readdirSync(policies)
    .sort()
    .map((file) => ({ file, text: readFileSync(join(policies, file), 'utf8') }))
  const names = sources.map(({ file }) => file.replace('.rego', '')).filter((name) => name !== 'lib')
  const inputs = manifests(1_000)
  const temp = mkdtempSync(join(tmpdir(), 'bench-rego-'))
  try {
    const inputFile = join(temp, 'manifests.json')
    writeFileSync(inputFile, JSON.stringify(inputs))
    const oneFile = join(temp, 'manifest.json')
    writeFileSync(oneFile, JSON.stringify(inputs[0]))
    const built = buildTheirs(temp)
    const theirs = typeof built === 'string' ? undefined : await startTheirs(built.bench, inputFile)

    const policy = compile(sources)
    const queries = names.map((name) => ({ query: `data.governance.${name}.deny` }))
    const prepared = inputs.map((input) => prepare(input))
    const answers = inputs.map((input) => queries.map((query) => policy.evaluate(query, { input }).value))
    if (theirs) compare(answers, theirs, names)
    const work: Record<Part, () => void> = {
      plain: () => {
        for (const input of inputs) for (const query of queries) policy.evaluate(query, { input })
      },
      prepared: () => {
        for (const input of prepared) for (const query of queries) policy.evaluate(query, { input })
      },
      together: () => {
        for (const input of prepared) policy.evaluate({ query: togetherQuery }, { input })
      },
      cold: () => {
        for (const input of prepared.slice(0, coldTimes)) {
          compile(sources).evaluate({ query: togetherQuery }, { input })
        }
      },
    }
    const ours: Record<Part, number[]> = { plain: [], prepared: [], together: [], cold: [] }
    const other: Record<Part, number[]> = { plain: [], prepared: [], together: [], cold: [] }
    for (let round = 0; round <= rounds; round++) {
      for (const part of Object.keys(work) as Part[]) {
        const start = performance.now()
        work[part]()
        const ownMs = performance.now() - start
        const theirMs = await theirs?.time(part)
        // the first round is for getting warm
        if (round === 0) continue
        ours[part].push(ownMs)
        if (theirMs !== undefined) other[part].push(theirMs)
      }
    }
    theirs?.end()

    const evaluations = inputs.length * names.length
    const rows = (
      [
        ['one query for each policy, input as plain JSON', 'plain'],
        ['one query for each policy, input prepared once', 'prepared'],
        ['one query over all policies, input prepared', 'together'],
      ] as const
    ).map(([what, part]) => {
      const perSecond = (times: number[]): number => Math.round((evaluations / median(times)) * 1000)
      return {
        what,
        'ours, policies/s': perSecond(ours[part]),
        'OPA (Go), policies/s': theirs ? perSecond(other[part]) : 'skipped',
        ratio: theirs ? perSecond(ours[part]) / perSecond(other[part]) : '',
      }
    })
    const denials = answers.flat().filter((each) => Array.isArray(each) && each.length > 0).length
    printTable(`(5) Rego: ${inputs.length} manifests × ${names.length} policies, warm, ${rounds} rounds`, rows)
    console.log(
      `\n${evaluations} evaluations, ${denials} of them with something to say${theirs ? '; all answers are the same on both sides' : ''}.`,
    )
    const [ownMs, theirMs] = [median(ours.cold) / coldTimes, theirs && median(other.cold) / coldTimes]
    const coldRows = [
      {
        what: 'in a process that runs: 30 policies from text to the first verdict',
        'ours, ms': ownMs,
        'OPA, ms': theirMs ?? 'skipped',
        ratio: theirMs ? ownMs / theirMs : '',
      },
      cold(rounds, typeof built === 'string' ? undefined : built.opa, oneFile, temp),
    ]
    printTable(`Rego, cold: ${names.length} policies, ${rounds} rounds`, coldRows)
    if (typeof built === 'string') console.log(`\nThe comparison with OPA was skipped: ${built}`)
  } finally {
    rmSync(temp, { recursive: true, force: true })
  }
}

/** A comparison of speed means something only when both sides say the same. */
const compare = (answers: readonly unknown[][], theirs: Theirs, names: readonly string[]): void => {
  if (!isDeepStrictEqual(theirs.names, names)) throw new Error('the two sides read other policies')
  for (const [i, row] of answers.entries()) {
    for (const [j, answer] of row.entries()) {
      const other = theirs.answers[i]?.[j]
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(answer)), other)) {
        throw new Error(`manifest ${i}, ${names[j]}: ours ${JSON.stringify(answer)}, OPA ${JSON.stringify(other)}`)
      }
    }
  }
}

/** `node` as `datamesh` starts it, with the cache of compiled sources, beside `opa eval`. */
const cold = (
  rounds: number,
  opa: string | undefined,
  input: string,
  temp: string,
): Record<string, string | number> => {
  const run = (command: string, args: string[]): number => {
    const start = performance.now()
    execFileSync(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(temp, 'compiled') },
    })
    return performance.now() - start
  }
  const source = new URL('rego_cold.ts', import.meta.url).pathname
  const flags = ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning']
  const oursMs: number[] = []
  const theirsMs: number[] = []
  for (let round = 0; round <= rounds; round++) {
    oursMs.push(run(process.execPath, [...flags, source, policies, input, togetherQuery]))
    if (opa && existsSync(opa))
      theirsMs.push(run(opa, ['eval', '-d', policies, '-i', input, '-f', 'raw', togetherQuery]))
  }
  // the first fills the caches
  const ours = median(oursMs.slice(1))
  const theirs = theirsMs.length > 0 ? median(theirsMs.slice(1)) : undefined
  return {
    what: 'as a process: from its start to the first verdict (node, opa eval)',
    'ours, ms': ours,
    'OPA, ms': theirs ?? 'skipped',
    ratio: theirs ? ours / theirs : '',
  }
}
