import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { connect } from '@datamesh/sdk'
import type { Command } from 'commander'
import { allProducts, defaultPort, endpointFile, openContext } from '../context.ts'
import { bold, dim, duration, good, type Output, paint, plural } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { during } from '../progress.ts'
import { findRoot, openWorkspace, type Workspace } from '../workspace.ts'
import { type Published, publishMesh } from './mesh.ts'

type Options = { port?: string; host: string; mesh?: string; db?: string; inputRoot?: string[] }

export const upCommand = (program: Command): void => {
  program
    .command('up')
    .option('--port <n>', `port to listen on (DATAMESH_PORT; default ${defaultPort}; 0 takes a free one)`)
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
      const { startControlPlane } = await import('@datamesh/control-plane')
      const workspace = meshOf(options.mesh)
      const inputRoots = [
        ...(workspace?.mesh?.inputRoots ?? []).map((root) => resolve(workspace?.root ?? '.', root)),
        ...(options.inputRoot ?? []).map((root) => resolve(root)),
      ]
      const platform = await during(
        output,
        'starting the platform',
        startControlPlane({
          home,
          host: options.host,
          ...((options.port ?? process.env.DATAMESH_PORT)
            ? { port: Number(options.port ?? process.env.DATAMESH_PORT) }
            : {}),
          ...((options.db ?? process.env.DATAMESH_DB) ? { dbUrl: options.db ?? process.env.DATAMESH_DB } : {}),
          inputRoots: workspace ? [workspace.root, ...inputRoots] : inputRoots,
        }),
      )
      writeFileSync(endpointFile(home), `${JSON.stringify({ url: platform.url, pid: process.pid })}\n`, { mode: 0o600 })
      const stopped = untilSignal(async () => {
        rmSync(endpointFile(home), { force: true })
        await platform.close()
      })
      const client = connect({ url: platform.url, token: platform.token })
      const published: Published = workspace
        ? await publishMesh(client, workspace, output)
        : { published: [], failed: [], unchanged: 0 }
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
      await stopped
      if (published.failed.length > 0) throw new AnsweredNo()
    })
}

const meshOf = (folder: string | undefined): Workspace | null => {
  const root = folder ? resolve(folder) : findRoot(process.cwd())
  return root ? openWorkspace(root) : null
}

/** Resolves when the process was asked to stop and everything is closed; a second signal stops at once. */
const untilSignal = (close: () => Promise<void>): Promise<void> =>
  new Promise((done, fail) => {
    let asked = false
    const stop = () => {
      if (asked) process.exit(3)
      asked = true
      close().then(done, fail)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    process.on('SIGHUP', stop)
  })

type Ready = { url: string; code: string; home: string; ms: number; products: string[]; failed: string[] }

/** One screen: where, how to sign in, three lines that work when pasted. */
function readyScreen(it: Ready): string {
  const has = (id: string) => it.products.includes(id)
  const first = it.products[0]
  const [domain = '', product = ''] = (
    has('passenger-insight/route-performance') ? 'passenger-insight/route-performance' : (first ?? '')
  ).split('/')
  const home = it.home === resolve('.datamesh') ? '.datamesh' : it.home
  const lineage = has('passenger-insight/delay-report') ? 'passenger-insight/delay-report' : `${domain}/${product}`
  const tries = [
    `npx datamesh read ${domain}/${product} --limit 5`,
    `npx datamesh lineage ${lineage}`,
    `curl -s -H "Authorization: Bearer $(cat ${home}/token)" "${it.url}/api/v1/products/${domain}/${product}/tables/${product.replaceAll('-', '_')}/rows?limit=2"`,
  ]
  return [
    '',
    `${good('●')} ${bold('Datamesh is up')}  ${paint(['bold', 'cyan'], it.url)}  ${dim(`${plural(it.products.length, 'product')}, ready in ${duration(it.ms)}`)}`,
    ...it.failed.map((id) => `  ${paint('red', '✗')} ${id} was not published: npx datamesh runs --product ${id}`),
    '',
    `  ${bold('Sign in')}    npx datamesh login --url ${it.url} --code ${it.code}   ${dim('(works once, for 15 minutes)')}`,
    `             ${dim(`on this machine commands need no sign-in: they take the token in ${home}/token`)}`,
    ...(first
      ? [`  ${bold('Try')}        ${tries.join('\n             ')}`]
      : [`  ${bold('Try')}        npx datamesh init my-mesh`]),
    '',
    dim('  Ctrl-C stops it; the next start goes on where this one was.'),
    '',
  ].join('\n')
}

/** The token of the platform that runs on a state folder. */
export const localToken = (home: string): string | null =>
  existsSync(join(home, 'token')) ? readFileSync(join(home, 'token'), 'utf8').trim() : null
export type { Output }
