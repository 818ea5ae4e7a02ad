import type { RunEntry } from '@datamesh/core'
import { expect, test } from 'vitest'
import { progressOf, stepWords } from './progress.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 9, 0, second)).toISOString()
const log = (...lines: Omit<RunEntry, 'seq'>[]): RunEntry[] => lines.map((line, i) => ({ ...line, seq: i + 1 }))
const planned: Omit<RunEntry, 'seq'> = {
  at: at(0),
  kind: 'state',
  message: 'planned',
  steps: ['input', 'model a', 'check', 'commit'],
}
const states = (entries: RunEntry[], over = false) =>
  progressOf(entries, over).steps.map((step) => `${step.name} ${step.state}`)

test('steps to come are there before they begin', () => {
  const entries = log({ at: at(0), kind: 'state', state: 'started' }, planned, {
    at: at(1),
    kind: 'step',
    step: 'input',
    state: 'started',
  })
  expect(states(entries)).toEqual(['input running', 'model a waiting', 'check waiting', 'commit waiting'])
})

test('a running step tells rows, rows per second and how much is done', () => {
  const entries = log(
    planned,
    { at: at(1), kind: 'step', step: 'model a', state: 'started' },
    { at: at(3), kind: 'progress', step: 'model a', rows: 5000, durationMs: 2000, share: 0.4 },
  )
  expect(progressOf(entries, false).steps[1]).toMatchObject({
    state: 'running',
    rows: 5000,
    rowsPerSecond: 2500,
    share: 0.4,
  })
})

test('after a failure the steps that were not reached never ran', () => {
  const entries = log(
    planned,
    { at: at(1), kind: 'step', step: 'input', state: 'started' },
    { at: at(2), kind: 'step', step: 'input', state: 'failed', durationMs: 1000 },
    { at: at(2), kind: 'state', state: 'failed', message: 'no such file' },
  )
  expect(states(entries, true)).toEqual(['input failed', 'model a never', 'check never', 'commit never'])
  expect(progressOf(entries, true).last).toBe('no such file')
})

test('a step that was cut off by cancelling was stopped, neither done nor failed', () => {
  const entries = log(planned, { at: at(1), kind: 'step', step: 'input', state: 'started' })
  expect(states(entries, true)[0]).toBe('input stopped')
})

test('a further attempt begins anew', () => {
  const entries = log(
    planned,
    { at: at(1), kind: 'step', step: 'input', state: 'failed' },
    { at: at(1), kind: 'check', step: 'c1', name: 'c', outcome: 'failed' },
    { at: at(2), kind: 'state', state: 'failed', message: 'it will be tried again' },
    { at: at(9), kind: 'state', state: 'started', message: 'attempt 2' },
    planned,
  )
  expect(states(entries)).toEqual(['input waiting', 'model a waiting', 'check waiting', 'commit waiting'])
  expect(progressOf(entries, false).checks).toEqual([])
})

test('checks fall one after another with what they found', () => {
  const entries = log({
    at: at(1),
    kind: 'check',
    step: 'c1',
    name: 'is unique',
    outcome: 'warned',
    state: 'failed',
    message: 'two are the same',
    durationMs: 3,
  })
  expect(progressOf(entries, false).checks).toEqual([
    { id: 'c1', name: 'is unique', outcome: 'warned', message: 'two are the same', durationMs: 3 },
  ])
})

test('steps have names for people', () => {
  expect(stepWords('model flights_fact')).toEqual({ what: 'Model', title: 'flights_fact' })
  expect(stepWords('commit').title).toBe('Publish snapshot')
})

test('the step of the checks failed when one of them refuses the publish', () => {
  const entries = log(
    planned,
    { at: at(1), kind: 'step', step: 'check', state: 'started' },
    { at: at(2), kind: 'progress', step: 'check', rows: 500, durationMs: 900 },
    { at: at(2), kind: 'check', step: 'c1', name: 'c', outcome: 'failed', state: 'failed' },
    { at: at(2), kind: 'step', step: 'check', state: 'done', durationMs: 1000 },
  )
  expect(progressOf(entries, true).steps[2]).toMatchObject({ state: 'failed', rows: null, rowsPerSecond: null })
})
