import { type Client, connect } from '@datamesh/sdk'
import { ended, refOf } from './mesh.ts'

/** Products about people, made by the owner of safety through the API: what is restricted and masked is not in the aviation mesh. */
export async function makeCrewProduct(
  name: string,
  { url, token, classification }: { url: string; token: string; classification: 'confidential' | 'restricted' },
): Promise<void> {
  const owner = connect({ url, token })
  const upload = await bring(`${name}.csv`, { url, token })
  const { bundle } = await owner.call('proposeProduct', {
    body: { upload, domain: 'safety', name, classification, description: 'Crew that was hurt, one row for each' },
  })
  const manifest = masked(bundle.files[bundle.manifest] ?? '')
  await owner.call('applyProduct', { body: { ...bundle, files: { ...bundle.files, [bundle.manifest]: manifest } } })
  await publish(owner, `safety/${name}`)
}

const publish = async (owner: Client, id: string): Promise<void> => {
  const run = await ended(owner, (await owner.call('publish', { params: refOf(id), body: {} })).id)
  if (run.state !== 'succeeded') throw new Error(`${id} was not published: ${run.error?.title}`)
}

const bring = async (name: string, { url, token }: { url: string; token: string }): Promise<string> => {
  const reply = await fetch(`${url}/api/v1/uploads?name=${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    body: csv,
  })
  if (!reply.ok) throw new Error(`uploading answered ${reply.status}: ${await reply.text()}`)
  return ((await reply.json()) as { id: string }).id
}

const csv = [
  'crew_id,full_name,email,phone,born,base,days_off',
  ...Array.from({ length: 120 }, (_, i) => {
    const born = `198${i % 10}-0${1 + (i % 9)}-1${i % 9}`
    return `${1000 + i},Crew ${i},crew${i}@example.org,+49 170 ${5550000 + i},${born},${i % 2 ? 'SEA' : 'DEN'},${(i * 7) % 30}`
  }),
].join('\n')

/** Every way to mask once: a token, the first characters, the year; the name is redacted for its class. */
const masked = (manifest: string): string =>
  manifest
    .replace(/(name: email, .*?pii: true)/, '$1, mask: tokenise')
    .replace(/(name: phone, .*?pii: true)/, '$1, mask: truncate 7')
    .replace(/(name: born, type: "date", nullable: false)/, '$1, mask: generalise year')
