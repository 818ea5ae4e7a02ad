import { execFileSync, spawnSync } from 'node:child_process'
import { isMeshError } from '@datamesh/core'
import { describe, expect, test } from 'vitest'
import { type Case, cases, includes, sharedContext } from './cases.ts'
import { fromData, parseTemplate, render, type Value } from './index.ts'

const oracle = `
import json, sys, jinja2
work = json.load(sys.stdin)
loader = jinja2.DictLoader(work["includes"])
answers = []
for case in work["cases"]:
    options = case.get("options") or {"trim": False, "lstrip": False}
    env = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], undefined=jinja2.StrictUndefined,
        loader=loader, trim_blocks=options["trim"], lstrip_blocks=options["lstrip"])
    try:
        answers.append({"text": env.from_string(case["template"]).render(**json.loads(json.dumps(work["context"])))})
    except Exception as error:
        answers.append({"error": type(error).__name__ + ": " + str(error)})
print(json.dumps(answers))
`
const python = '/usr/bin/python3'
const hasJinja = spawnSync(python, ['-c', 'import jinja2']).status === 0

type Answer = { text: string } | { error: string }

function ours({ template, options }: Case): Answer {
  const space = { trimBlocks: options?.trim ?? false, lstripBlocks: options?.lstrip ?? false }
  const context = Object.fromEntries(
    Object.entries(sharedContext).map(([name, data]): [string, Value] => [name, fromData(data)]),
  )
  const load = (name: string) => {
    const text = Object.hasOwn(includes, name) ? includes[name] : undefined
    return text === undefined ? undefined : parseTemplate(text, name, space)
  }
  try {
    return { text: render(parseTemplate(template, 'case.sql', space), { context, load }) }
  } catch (error) {
    if (!isMeshError(error)) throw error
    return { error: error.message }
  }
}

describe.skipIf(!hasJinja)("held against Python's Jinja2 (skipped where /usr/bin/python3 has no jinja2)", () => {
  test(`${cases.length} templates give the same bytes, and fail where Python fails`, () => {
    const input = JSON.stringify({ cases, context: sharedContext, includes })
    const answers = JSON.parse(
      execFileSync(python, ['-c', oracle], { input, maxBuffer: 64 * 1024 * 1024 }).toString(),
    ) as Answer[]
    expect(answers).toHaveLength(cases.length)
    expect(cases.length).toBeGreaterThan(300)
    const differences = cases.flatMap((one, index) => {
      const [theirs, mine] = [answers[index] as Answer, ours(one)]
      if ('error' in theirs && 'error' in mine) return []
      if ('text' in theirs && 'text' in mine && theirs.text === mine.text) return []
      return [{ template: one.template, options: one.options, python: theirs, ours: mine }]
    })
    expect(differences).toEqual([])
  })
})
