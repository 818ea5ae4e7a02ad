// npm run bench [-- publish rest search start rego policies audit encryption] [--scale 1] [--rounds 5]: figures side by side in one run, medians.
import { parseArgs } from 'node:util'
import { benchAudit } from './audit.ts'
import { benchEncryption } from './encryption.ts'
import { machine } from './measure.ts'
import { benchPolicies } from './policies.ts'
import { benchPublish } from './publish.ts'
import { benchRego } from './rego.ts'
import { benchRest } from './rest.ts'
import { benchSearchTable } from './search_table.ts'
import { benchStart } from './start.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    products: { type: 'string', default: '10000' },
  },
})
const rounds = Number(values.rounds)
const parts: Record<string, () => Promise<void>> = {
  publish: () => benchPublish({ scale: Number(values.scale), rounds }),
  rest: () => benchRest({ rounds }),
  search: () => benchSearchTable({ products: Number(values.products) }),
  start: () => benchStart({ rounds }),
  rego: () => benchRego({ rounds }),
  policies: () => benchPolicies({ products: Number(values.products) }),
  audit: () => benchAudit({ rounds }),
  encryption: () => benchEncryption({ rounds, scale: Number(values.scale) }),
}
const wanted = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = wanted.filter((name) => !(name in parts))
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}
console.log(`${new Date().toISOString().slice(0, 10)}, ${machine()}`)
for (const name of wanted) await parts[name]?.()
