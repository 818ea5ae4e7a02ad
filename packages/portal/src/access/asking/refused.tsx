import type { ApiError } from '@datamesh/sdk'
import { hintFor, sentence } from '../../ui/index.ts'

/** Why a request was not taken, above the button that sent it. */
export const Refused = ({ error }: { error: ApiError }) => (
  <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-ink text-xs">
    {sentence(error.message)} {hintFor(error) && sentence(hintFor(error))}
    {error.requestId && ` Request ${error.requestId}.`}
  </p>
)

/** Once the fields say what is wrong with them: to the first. */
export const toFirstMistake = (form: HTMLFormElement): void => {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}
