import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Pages run our own scripts only. Inline styles: the graph and the charts place what they draw by the style attribute. */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Answers with the portal's page when the request is a browser's for one of them; null: it is not. */
export type Page = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null

/**
 * Serves the files of a built portal. Its addresses (`/products/…`) are no files: whoever asks for one as a page gets index.html, and the
 * portal reads the address. Without a built portal every page says how to build it.
 */
export const servePortal = async (app: FastifyInstance, folder: string | undefined): Promise<Page> => {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) {
    app.get('/', (_request, reply) => notBuilt(reply))
    return (request, reply) => (asksForPage(request) ? notBuilt(reply) : null)
  }
  // loaded only when there is something to serve
  const { default: files } = await import('@fastify/static')
  await app.register(files, {
    root: folder,
    preCompressed: true,
    dotfiles: 'ignore',
    // small files, and nobody seeks in them
    acceptRanges: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // names of assets hold a hash of what is in them; everything else keeps its name and changes
      const named = relative(folder, path).replaceAll('\\', '/').startsWith('assets/')
      reply.headers({
        ...pageHeaders,
        'cache-control': named ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
    },
  })
  return (request, reply) => (asksForPage(request) ? reply.code(200).sendFile('index.html') : null)
}

const notPages = /^\/(api|assets|auth|oidc|healthz|readyz|metrics|openapi\.json)(\/|$)/

const asksForPage = ({ method, url, headers }: FastifyRequest): boolean => {
  if (method !== 'GET' && method !== 'HEAD') return false
  const path = url.split('?')[0] ?? ''
  return !notPages.test(path) && !/\/(\.|%2e)/i.test(path) && /\btext\/html\b/.test(headers.accept ?? '')
}

const notBuilt = (reply: FastifyReply): FastifyReply =>
  reply
    .code(200)
    .headers({ ...pageHeaders, 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Datamesh</title>
<body style="font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The mesh runs; its portal is not built yet</h1>
<p>In the repository, <code>npm run portal</code> builds it (<code>npm start</code> does so by itself). Then start the platform again.</p>
<p>The API is here already: <a href="/openapi.json">openapi.json</a>, and <code>datamesh --help</code> in a terminal.</p>
</body>
</html>
`)
