import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, realpath, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BuildJob, BuildOutcome } from '../build/index.ts'
import { field, filePort, jobOf, productOf } from '../testing/product.ts'
import { runJob } from './index.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'datamesh-refused-')))
  await mkdir(join(root, 'in'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const build = (
  given: Parameters<typeof productOf>[0],
  files: Record<string, string> = {},
  inputRoots = [root],
): Promise<BuildOutcome> => runJob(jobOf(root, productOf(given), files, { inputRoots }), () => {})

describe('a place that inputs may not come from', () => {
  test('is refused before it is looked through', async () => {
    for (const location of ['/**/*.csv', '../**/*.csv', '/proc/self/*', 'in/../../*/in/*.csv']) {
      await expect(build({ inputPorts: [filePort('land', location)] }, {}, [join(root, 'in')])).rejects.toMatchObject({
        message: expect.stringContaining('lies outside the folders that inputs may come from'),
      })
    }
  })

  test('may be neither a pipe nor a device: reading one never ends', async () => {
    execFileSync('mkfifo', [join(root, 'in/pipe.csv')])
    for (const location of ['in/pipe.csv', 'in/*.csv'])
      await expect(build({ inputPorts: [filePort('land', location)] })).rejects.toThrow(/pipe\.csv is neither a file/)
  })
})

test('a model that names its table as a path is told so', async () => {
  for (const alias of ['../../evil', '/tmp/evil', 'a/b', '']) {
    const files = { 'models/a.sql': `{{ config(alias='${alias}') }} select 1 as x`, 'models/b.sql': 'select 1 as x' }
    await expect(build({}, files)).rejects.toThrow(/models\/a\.sql: its table would be called .*; a table has letters/)
  }
})

describe('a disk that a build would fill', () => {
  const freeMb = async () => {
    const { bavail, bsize } = await statfs(root)
    return Math.floor((bavail * bsize) / 1_048_576)
  }
  const limited = (spareDiskMb: number): BuildJob => {
    const files = { 'models/orders.sql': 'select random() as r, random() as s from range(100000000000)' }
    const job = jobOf(root, productOf(), files)
    return { ...job, limits: { ...job.limits, spareDiskMb } }
  }

  test('ends the build, which leaves nothing behind', async () => {
    await expect(runJob(limited((await freeMb()) - 60), () => {})).rejects.toMatchObject({ code: 'disk-nearly-full' })
    const left = await readdir(root, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
  })

  test('lets none begin when it is too full already', async () => {
    await expect(runJob(limited((await freeMb()) * 2), () => {})).rejects.toMatchObject({ code: 'disk-nearly-full' })
  })
})

describe('where a column is personal data, no value of a row is told', () => {
  const schema = {
    compatibility: 'BACKWARD' as const,
    tables: { orders: { description: '', fields: [field('email', 'VARCHAR', { pii: true })] } },
  }

  test('by a model that fails', async () => {
    const model = (sql: string) => ({
      'models/orders.sql': `select (${sql})::varchar as email from (select 'ann@x.example' as v)`,
    })
    await expect(build({ schema }, model('v::int'))).rejects.toThrow(/Could not convert string ••• to INT32/)
    await expect(build({ schema }, model('error(v)'))).rejects.toThrow(/Invalid Input Error; the rest may hold/)
    await expect(build({ schema }, model('v::date'))).rejects.not.toThrow(/ann@x/)
  })

  test('by a row that cannot be read or is put aside, which is kept as it was in the quarantine file only', async () => {
    await writeFile(join(root, 'in/a.csv'), 'id,email\n1,a\nann@x.example,b\n')
    const port = (badRows: 'fail' | 'quarantine') =>
      filePort('land', 'in/a.csv', { badRows, columns: { id: 'INTEGER', email: 'VARCHAR' } })
    await expect(build({ schema, inputPorts: [port('fail')] })).rejects.toThrow(
      /a\.csv:3 Error when converting column "id"\. Could not convert string •••/,
    )
    const { staged } = await build({ schema, inputPorts: [port('quarantine')] })
    expect(staged.report.quarantined[0]).toMatchObject({ rows: 1, examples: [{ line: 3 }] })
    expect(JSON.stringify(staged.report)).not.toContain('ann@x')
  })
})
