// One verdict in a process of its own: folder of policies, file with an input, query.
import { readdirSync, readFileSync } from 'node:fs'
import { compile } from '../packages/rego/src/index.ts'

const [folder = '', input = '', query = ''] = process.argv.slice(2)
const sources = readdirSync(folder).map((file) => ({ file, text: readFileSync(`${folder}/${file}`, 'utf8') }))
const { value } = compile(sources).evaluate({ query }, { input: JSON.parse(readFileSync(input, 'utf8')) })
console.log(JSON.stringify(value))
