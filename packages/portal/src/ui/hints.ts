/**
 * Next steps as somebody in a browser can take them. The platform writes its hints for whoever types commands or calls the API;
 * a code that is not here keeps its own hint, unless that names a command.
 */
const hints: Readonly<Record<string, string>> = {
  'access-decided': 'Your access page shows how requests stand',
  'access-not-needed': 'Open its ports, or query it in the workbench',
  'already-running': 'Use the one that runs',
  'base-moved': 'Look at the new snapshot under Versions, then publish again',
  'build-cancelled': 'Publish again to start anew',
  'domain-unknown': 'Ask an administrator of the platform to register the domain first',
  'host-refused': 'Use the address that the platform printed when it started',
  internal: 'Try again; if it stays so, give the operators the request below',
  'input-not-published': 'Publish the product that it reads first',
  'manifest-invalid': 'Mend the lines that are named, then try again',
  'model-failed': 'Mend the model, then publish again',
  'model-invalid': 'Mend the model, then publish again',
  'not-a-datamesh': 'Something between this page and the platform answered instead of it; try again in a moment',
  'not-found': 'The address may be mistyped, it may be gone, or its owner has not opened it to you',
  'plan-refused': 'The review shows every change and what it needs',
  'quality-failed': 'Look at the failing rows, mend the data, publish again',
  'rate-limited': 'Wait a moment, then try again',
  'request-invalid': 'Correct it and try again',
  'run-finished': 'The list of runs shows the newest',
  'run-lost': 'The list of runs shows the one that goes on',
  'template-failed': 'Mend the template, then publish again',
  'template-invalid': 'Mend the template, then publish again',
  unauthenticated: 'Sign in again',
  unreachable: 'Check your connection; the platform may be starting again',
}

/** Commands, switches and files of the machine that runs the platform help nobody who looks at a page. */
const forTerminals = /\bdatamesh [a-z]|--[a-z]|\/openapi\.json|Authorization:|Content-Type/

/** `did you mean …` and other hints that hold something of the moment are kept. */
export const hintFor = ({ code, hint }: { code: string; hint: string }): string => {
  if (hint !== '' && !forTerminals.test(hint) && (code === 'not-found' || !(code in hints))) return hint
  return hints[code] ?? ''
}

/** What was refused, without the names that the platform has for actions. */
export const titleFor = ({
  code,
  message,
  facts,
}: {
  code: string
  message: string
  facts: Readonly<Record<string, unknown>>
}): string =>
  code === 'denied' && typeof facts.because === 'string' ? `You have no right to this: ${facts.because}` : message
