import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import { isMeshError, MeshError } from '@datamesh/core'
import { connect } from '@datamesh/sdk'
import type { Command } from 'commander'
import { allProducts, defaultPort, endpointFile, openContext } from '../context.ts'
import { bold, dim, good, paint } from '../output.ts'
import { whyNotListen } from '../port.ts'
import { AnsweredNo } from '../problems.ts'
import { during } from '../progress.ts'
import { duration, plural } from '../text.ts'
import { examples, whole } from '../usage.ts'
import { findRoot, openWorkspace, type Workspace } from '../workspace.ts'
import { type Published, publishMesh } from './mesh.ts'

type Options = { port?: number; host: string; mesh?: string; db?: string; inputRoot?: string[] }

export const upCommand = (program: Command): void => {
  const up = program
    .command('up')
    .option('--port <n>', `port to listen on (DATAMESH_PORT; default ${defaultPort}; 0 takes a free one)`, whole(0))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--mesh <folder>', 'apply and publish this mesh first; the one of this folder when left out')
    .option('--db <url>', 'postgres://… instead of the embedded database (DATAMESH_DB)')
    .option('--input-root <folder...>', 'folders that file input ports may read, besides those of the mesh')
    .summary('start the platform on this machine')
    .description(
      'Starts everything in one process group, with its state under --home (DATAMESH_HOME; default .datamesh).\nA mesh is applied, and what was never published or has a new release is built and published. Ctrl-C stops it; a second start goes on where it was.',
    )
    .action(async (options: Options, command: Command) => {
      const { output, home } = openContext(command)
      const since = Date.now()
      // heavy parts are loaded by the commands that need them, so that every other command starts fast
      const { effectiveConfig, startControlPlane } = await import('@datamesh/control-plane')
      const workspace = meshOf(options.mesh)
      const inputRoots = [
        ...(workspace?.mesh?.inputRoots ?? []).map((root) => resolve(workspace?.root ?? '.', root)),
        ...(options.inputRoot ?? []).map((root) => resolve(root)),
      ]
      const settings = effectiveConfig({
        home,
        ...(options.port === undefined ? {} : { flags: { port: options.port } }),
      })
      const port = Number(settings.find((setting) => setting.key === 'port')?.value)
      const taken = endpointOf(home) ? null : await whyNotListen(options.host, port)
      if (taken) throw new MeshError('port-taken', { host: options.host, port, why: taken })
      const platform = await during(
        output,
        'starting the platform',
        startControlPlane({
          home,
          host: options.host,
          ...(options.port === undefined ? {} : { port: options.port }),
          ...(options.db ? { dbUrl: options.db } : {}),
          inputRoots: workspace ? [workspace.root, ...inputRoots] : inputRoots,
        }).catch((error: unknown) => {
          throw explained(error, home)
        }),
      )
      writeFileSync(endpointFile(home), `${JSON.stringify({ url: platform.url, pid: process.pid })}\n`, { mode: 0o600 })
      const closePlatform = async () => {
        rmSync(endpointFile(home), { force: true })
        await platform.close()
      }
      const stopped = untilSignal(() => {
        if (output.live)
          output.note(dim('\n  stopping; what was running goes on at the next start (Ctrl-C again: at once)'))
        return closePlatform()
      })
      const client = connect({ url: platform.url, token: platform.token })
      let published: Published = { failed: [], unchanged: 0, published: [] }
      try {
        if (workspace) published = await publishMesh(client, workspace, output)
      } catch (error) {
        // asked to stop while it was publishing: that the platform does not answer any more is no failure
        if (stopped.asked()) return await stopped.done
        await closePlatform()
        throw error
      }
      if (stopped.asked()) return await stopped.done
      const { code } = await platform.adminSignIn()
      const products = await allProducts(client)
      if (output.json) {
        output.write(
          JSON.stringify({
            url: platform.url,
            token: platform.token,
            sign_in_code: code,
            ready_ms: Date.now() - since,
            listening_ms: platform.readyMs,
            home,
            pid: process.pid,
            products: products.map((card) => card.id),
            failed: published.failed,
          }),
        )
      } else
        output.write(
          readyScreen({
            url: platform.url,
            code,
            home,
            ms: Date.now() - since,
            products: products.map((card) => card.id),
            failed: published.failed,
          }),
        )
      // for the next start, also when this one is killed
      flushCompileCache()
      await stopped.done
      if (published.failed.length > 0) throw new AnsweredNo()
    })
  examples(
    up,
    ['datamesh up', 'in a mesh folder: apply it, publish what is new, serve'],
    ['datamesh up --mesh examples/aviation --port 0', 'another mesh, on a free port'],
    ['datamesh up --json --port 0 > ready.json', 'for scripts: one line when it is ready'],
    ['datamesh up --db postgres://datamesh@localhost/datamesh', 'with the state in Postgres'],
  )
}

/** What stops a start, in words that say what to do. */
function explained(error: unknown, home: string): unknown {
  if (isMeshError(error)) {
    const running = error.code === 'state-locked' ? endpointOf(home) : null
    return running ? new MeshError('already-running', { home, ...running }) : error
  }
  const { code, message } = error as NodeJS.ErrnoException
  if (code && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'].includes(code))
    return new MeshError('home-not-writable', { home, why: message }, { cause: error })
  return error
}

function endpointOf(home: string): { url: string; pid: number | null } | null {
  try {
    const { url, pid } = JSON.parse(readFileSync(endpointFile(home), 'utf8')) as { url?: string; pid?: number }
    return url ? { url, pid: pid ?? null } : null
  } catch {
    return null
  }
}

const meshOf = (folder: string | undefined): Workspace | null => {
  const root = folder ? resolve(folder) : findRoot(process.cwd())
  return root ? openWorkspace(root) : null
}

/** Two signals within a second are one Ctrl-C, heard once from the terminal and once from the npm that started us. */
const oneKeystrokeMs = 1000

/** Stops at the first signal, at once at a second. `done` resolves when everything is closed. */
const untilSignal = (close: () => Promise<void>): { asked(): boolean; done: Promise<void> } => {
  let askedAt = 0
  const done = new Promise<void>((closed, fail) => {
    const stop = () => {
      if (askedAt > 0 && Date.now() - askedAt > oneKeystrokeMs) process.exit(3)
      if (askedAt > 0) return
      askedAt = Date.now()
      close().then(closed, fail)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
  return { asked: () => askedAt > 0, done }
}

type Ready = { url: string; code: string; home: string; ms: number; products: string[]; failed: string[] }

/** One screen: where, how to sign in (browser or terminal, by the same code), three lines that work when pasted. */
function readyScreen(it: Ready): string {
  const has = (id: string) => it.products.includes(id)
  const first = it.products[0]
  const [domain = '', product = ''] = (
    has('passenger-insight/route-performance') ? 'passenger-insight/route-performance' : (first ?? '')
  ).split('/')
  const standard = it.home === resolve('.datamesh')
  const home = standard ? '.datamesh' : it.home
  const flag = standard ? '' : ` --home ${home}`
  const lineage = has('passenger-insight/delay-report') ? 'passenger-insight/delay-report' : `${domain}/${product}`
  const tries = [
    `npx datamesh read ${domain}/${product} --limit 5${flag}`,
    `npx datamesh lineage ${lineage}${flag}`,
    `curl -s -H "Authorization: Bearer $(cat ${home}/token)" "${it.url}/api/v1/products/${domain}/${product}/tables/${product.replaceAll('-', '_')}/rows?limit=2"`,
  ]
  return [
    '',
    `${good('●')} ${bold('Datamesh is up')}  ${paint(['bold', 'cyan'], it.url)}  ${dim(`${plural(it.products.length, 'product')}, ready in ${duration(it.ms)}`)}`,
    ...it.failed.map(
      (id) =>
        `  ${paint('red', '✗')} ${id} was not published: npx datamesh runs --product ${id}${it.home === resolve('.datamesh') ? '' : ` --home ${it.home}`}`,
    ),
    '',
    `  ${bold('Open')}       ${paint('cyan', `${it.url}/#code=${it.code}`)}`,
    `             ${dim('(signs one browser in, within 10 minutes)')}`,
    `  ${bold('or')}         npx datamesh login --url ${it.url} --code ${it.code}`,
    `             ${dim(`on this machine commands need no sign-in${flag ? `, only${flag}` : ''}: they take the token in ${home}/token`)}`,
    ...(first
      ? [`  ${bold('Try')}        ${tries.join('\n             ')}`]
      : [`  ${bold('Try')}        npx datamesh init my-mesh`]),
    '',
    dim('  Ctrl-C stops it; the next start goes on where this one was.'),
    '',
  ].join('\n')
}
