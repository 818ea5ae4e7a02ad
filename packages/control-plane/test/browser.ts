/** A browser without pictures: cookies as RFC 6265 says, redirects followed one by one, forms sent as a browser sends them. */
export type TestBrowser = ReturnType<typeof openBrowser>
export type Shown = { url: string; status: number; text: string; headers: Headers; visited: string[] }

type Cookie = {
  name: string
  value: string
  host: string
  path: string
  secure: boolean
  httpOnly: boolean
  sameSite: string
}

export const openBrowser = () => {
  const cookies: Cookie[] = []

  const sent = (url: URL, crossSite: boolean): string =>
    cookies
      .filter(
        (each) =>
          each.host === url.hostname &&
          (each.path === '/' ||
            url.pathname === each.path ||
            url.pathname.startsWith(`${each.path.replace(/\/$/, '')}/`)) &&
          (!each.secure || url.protocol === 'https:') &&
          !(crossSite && each.sameSite === 'strict'),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')

  const keep = (url: URL, lines: readonly string[]): void => {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((each) => each.trim())
      const of = (name: string) =>
        attributes.find((each) => each.toLowerCase().split('=')[0] === name)?.slice(name.length + 1)
      const has = (name: string) => attributes.some((each) => each.toLowerCase() === name)
      const at = pair.indexOf('=')
      const cookie: Cookie = {
        name: pair.slice(0, at),
        value: pair.slice(at + 1),
        host: url.hostname,
        path: of('path') ?? '/',
        secure: has('secure'),
        httpOnly: has('httponly'),
        sameSite: (of('samesite') ?? 'lax').toLowerCase(),
      }
      const there = cookies.findIndex(
        (each) => each.name === cookie.name && each.host === cookie.host && each.path === cookie.path,
      )
      if (there >= 0) cookies.splice(there, 1)
      const over = of('max-age') === '0' || Date.parse(of('expires') ?? '') <= Date.now()
      if (!over && cookie.value !== '') cookies.push(cookie)
    }
  }

  const go = async (
    address: string,
    init: { method?: string; form?: Record<string, string>; from?: string; headers?: Record<string, string> } = {},
    stopAt: (url: string) => boolean = () => false,
  ): Promise<Shown> => {
    let url = new URL(address)
    let { method = 'GET', form } = init
    const visited: string[] = []
    let crossSite = init.from !== undefined && new URL(init.from).hostname !== url.hostname
    for (let step = 0; step < 20; step++) {
      visited.push(url.href)
      if (stopAt(url.href)) return { url: url.href, status: 0, text: '', headers: new Headers(), visited }
      const cookie = sent(url, crossSite)
      const reply = await fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          ...(cookie === '' ? {} : { cookie }),
          ...(form === undefined
            ? {}
            : { origin: new URL(init.from ?? url.href).origin, 'sec-fetch-site': 'same-origin' }),
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...init.headers,
        },
        ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
      })
      keep(url, reply.headers.getSetCookie())
      const to = reply.headers.get('location')
      if (to === null || reply.status < 300 || reply.status > 399)
        return { url: url.href, status: reply.status, text: await reply.text(), headers: reply.headers, visited }
      await reply.arrayBuffer()
      const next = new URL(to, url)
      crossSite ||= next.hostname !== url.hostname
      url = next
      method = 'GET'
      form = undefined
    }
    throw new Error(`too many redirects: ${visited.join(' ')}`)
  }

  return {
    cookies: (url: string) => cookies.filter((each) => each.host === new URL(url).hostname),
    go,
    /** Sends the form of a page with these fields, besides its hidden ones. */
    submit(
      page: Shown,
      fields: Record<string, string>,
      stopAt?: (url: string) => boolean,
      headers: Record<string, string> = {},
    ) {
      const action = /<form[^>]* action="([^"]*)"/.exec(page.text)?.[1]
      const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
      return go(
        new URL(action ?? page.url, page.url).href,
        {
          method: 'POST',
          from: page.url,
          headers,
          form: { ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])), ...fields },
        },
        stopAt,
      )
    },
    /** As our own pages call the API. */
    api: (base: string, path: string, init: { method?: string; body?: unknown } = {}) => {
      const url = new URL(path, base)
      return fetch(url, {
        method: init.method ?? 'GET',
        headers: {
          cookie: sent(url, false),
          origin: url.origin,
          'sec-fetch-site': 'same-origin',
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      }).then((reply) => {
        keep(url, reply.headers.getSetCookie())
        return reply
      })
    },
  }
}
