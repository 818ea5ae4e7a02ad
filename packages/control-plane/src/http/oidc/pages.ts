/** A page without scripts: what is on it, and the headers that it is sent with. */
export type Page = { html: string; headers: Record<string, string> }

export const stylePath = '/oidc/style.css'

/** Texts of people and of requests stand in a page as text. Rule: ASVS 5.0, 1.2.1 */
export const escaped = (text: string): string => text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const hexagon =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" aria-hidden="true"><path d="M21 16V8a2 2 0 0 0-1-1.73l-7-4a2 2 0 0 0-2 0l-7 4A2 2 0 0 0 3 8v8a2 2 0 0 0 1 1.73l7 4a2 2 0 0 0 2 0l7-4A2 2 0 0 0 21 16z"/></svg>'

/** `formsGoTo`: origins that a form ends at by way of redirects, besides our own; browsers ask the policy about each step. */
const page = (title: string, body: string, formsGoTo: readonly string[] = []): Page => ({
  html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Datamesh</title>
<link rel="stylesheet" href="${stylePath}">
<body>
<main>
${hexagon}
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`,
  headers: {
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      `form-action ${["'self'", ...formsGoTo].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  },
})

type Asked = { client: string; formsGoTo: readonly string[]; problem?: string; name?: string }

export const passwordPage = ({ client, formsGoTo, problem, name = '' }: Asked): Page =>
  page(
    problem === undefined ? 'Sign in' : 'Sign in: that did not work',
    `<p>to go on to ${escaped(client)}.</p>
${problem === undefined ? '' : `<div role="alert" id="problem">${escaped(problem)}</div>`}
<form method="post">
<label>Name or e-mail address
<input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="320" value="${escaped(name)}"${name === '' ? ' autofocus' : ''}></label>
<label>Password
<input name="password" type="password" autocomplete="current-password" required maxlength="1000"${problem === undefined ? '' : ' aria-describedby="problem"'}${name === '' ? '' : ' autofocus'}></label>
<button name="as" value="password">Sign in</button>
</form>
<p>No password yet, or forgotten? An administrator can give you a sign-in link; with it you set one under Settings. <a href="/sign-in">Sign in with a link, a code or a key</a></p>`,
    formsGoTo,
  )

/** A browser that is signed in already: may this program act for the same person? */
export const confirmPage = ({ client, formsGoTo, person }: Asked & { person: { name: string; id: string } }): Page =>
  page(
    `Let ${client} act for you?`,
    `<p>It can then do everything that <strong>${escaped(person.name)}</strong> (${escaped(person.id)}) may do, until it is signed out. Say yes only if you have just started it yourself.</p>
<form method="post">
<button name="as" value="session">Yes, go on as ${escaped(person.name)}</button>
<button name="as" value="other" class="quiet">Use another account</button>
<button name="as" value="no" class="quiet">No</button>
</form>`,
    formsGoTo,
  )

export const signOutPage = (form: string, formsGoTo: readonly string[]): Page => {
  // the form is oidc-provider's: its one hidden field is kept, its id is not needed
  const [, action = '', xsrf = ''] = /action="([^"]*)".*name="xsrf" value="([^"]*)"/.exec(form) ?? []
  return page(
    'Sign out?',
    `<form method="post" action="${escaped(action)}">
<input type="hidden" name="xsrf" value="${escaped(xsrf)}">
<button name="logout" value="yes">Yes, sign me out</button>
<button class="quiet">No</button>
</form>`,
    formsGoTo,
  )
}

export const signedOutPage = (): Page =>
  page('You are signed out', '<p>You can close this page, or <a href="/sign-in">sign in again</a>.</p>')

export const failurePage = (error: string, description: string): Page =>
  page(
    'Sign-in cannot go on',
    `<div role="alert">${escaped(sentenceOf(error, description))}</div>
<p>${escaped(error)}. Begin again where you came from: <a href="/sign-in">the portal</a>, or <strong>datamesh login</strong> in the terminal.</p>`,
  )

const sentenceOf = (error: string, description: string): string => {
  if (/session|expired/i.test(description) || error === 'session_not_found')
    return 'This sign-in has ended: it took longer than ten minutes, was finished in another window, or the browser did not keep its cookie.'
  if (error === 'server_error') return 'The platform failed. Its log says why.'
  return description === '' ? 'The request was not understood.' : `The request was refused: ${description}.`
}
