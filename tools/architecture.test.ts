import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Who may import whom. One table; the compiler and this test hold it, no reviewer has to. */
const packages: Record<string, readonly string[]> = {
  core: ['zod', 'yaml'],
  rego: ['re2js', 'graphql', 'yaml', 'node:crypto', 'node:module'],
  'data-plane': ['@datamesh/core', '@duckdb/node-api', 'apache-arrow', 'zod', 'node:'],
  sdk: ['@datamesh/core'],
  'control-plane': [
    '@datamesh/core',
    '@datamesh/data-plane',
    '@datamesh/rego',
    '@electric-sql/',
    'croner',
    'fastify',
    '@fastify/',
    'jose',
    'kysely',
    'oidc-provider',
    'openid-client',
    'pg',
    'pino',
    'zod',
    'node:',
  ],
  portal: [
    '@datamesh/core',
    '@datamesh/sdk',
    '@base-ui/',
    '@codemirror/',
    '@dagrejs/',
    '@fontsource-variable/',
    '@lezer/',
    '@tanstack/',
    '@xyflow/',
    'clsx',
    'd3-',
    'lucide-react',
    'react',
    'react-dom',
    'tailwind-merge',
    'virtual:',
  ],
  cli: [
    '@datamesh/core',
    '@datamesh/data-plane',
    '@datamesh/sdk',
    '@datamesh/control-plane',
    'commander',
    'openid-client',
    'node:',
  ],
}
/** Inside these packages a folder imports only folders to its left, through their index.ts. */
const order: Record<string, readonly string[]> = {
  'data-plane': ['storage', 'syntax', 'mask', 'compute', 'input', 'build', 'check', 'publish', 'serve', 'query'],
  'control-plane': [
    'store',
    'identity',
    'catalog',
    'registry',
    'governance',
    'access',
    'queries',
    'runs',
    'observe',
    'http',
  ],
}
const longFiles: Record<string, string> = {}

const root = resolve(import.meta.dirname, '..')
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file))
const importsOf = (file: string): string[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\n[^'";]*?)?from\s+'([^']+)'|import\('([^']+)'\)/g,
    ),
  ].map((match) => (match[1] ?? match[2]) as string)
const isTest = (file: string) => /\.test\.tsx?$|\/test\/|\/testing\/|\.conformance\.ts$/.test(file)

test.each(Object.keys(packages))('%s imports only what its place in the house allows', (name) => {
  const allowed = packages[name] ?? []
  const wrong = filesIn(`packages/${name}/src`)
    .filter((file) => !isTest(file))
    .flatMap((file) =>
      importsOf(file)
        .filter(
          (from) =>
            !from.startsWith('.') &&
            !allowed.some((a) => from === a || from.startsWith(/[/:-]$/.test(a) ? a : `${a}/`)),
        )
        .map((from) => `${file} imports ${from}`),
    )
  expect(wrong).toEqual([])
})

test.each(Object.keys(order))('inside %s folders import leftwards only, through the front door', (name) => {
  const folders = order[name] ?? []
  const base = `packages/${name}/src`
  const wrong = filesIn(base)
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const mine = relative(base, file).split('/')[0] ?? ''
      if (!folders.includes(mine)) return []
      return importsOf(file)
        .filter((from) => from.startsWith('.'))
        .flatMap((from) => {
          const target = relative(base, relative(root, resolve(root, dirname(file), from)))
          const theirs = target.split('/')[0] ?? ''
          if (theirs === mine || target.startsWith('..')) return []
          if (!folders.includes(theirs)) return [`${file} imports ${from}, which is no folder of the plane`]
          if (folders.indexOf(theirs) > folders.indexOf(mine))
            return [`${file} imports ${theirs}, which stands to its right`]
          return target === `${theirs}/index.ts` ? [] : [`${file} imports ${target} past its front door`]
        })
    })
  expect(wrong).toEqual([])
})

test('the portal takes types of core only: its schemas would cost every reader 30 kB', () => {
  const wrong = filesIn('packages/portal/src').filter(
    (file) =>
      !file.endsWith('.test.ts') &&
      /(?:^|\n)import (?!type\b)[^'\n;]*(?:\n[^'";]*?)?from '@datamesh\/core'/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
  )
  expect(wrong).toEqual([])
})

test('core is pure: no clock, no randomness, no await', () => {
  const impure = /\bawait\b|\basync\b|Date\.now\(|new Date\(\)|Math\.random|process\./
  const wrong = filesIn('packages/core/src')
    .filter((file) => !isTest(file))
    .filter((file) =>
      impure.test(readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')),
    )
  expect(wrong).toEqual([])
})

test('no file is over 500 lines without a reason', () => {
  const wrong = Object.keys(packages)
    .flatMap((name) => filesIn(`packages/${name}/src`))
    .filter((file) => !/\.test\.ts$/.test(file) && !(file in longFiles))
    .filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 500)
  expect(wrong).toEqual([])
})
