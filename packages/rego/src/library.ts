import type * as Crypto from 'node:crypto'
import { createRequire } from 'node:module'
import type * as GraphQL from 'graphql'
import type * as Re2 from 're2js'
import type * as Yaml from 'yaml'

/**
 * Libraries that few policies need, each loaded by the first call that does: together they take longer to load than all of this package.
 * Loading is synchronous since evaluation is.
 */
const load = createRequire(import.meta.url)

export const nodeCrypto = (): typeof Crypto => load('node:crypto')
export const graphqlLibrary = (): typeof GraphQL => load('graphql')
export const re2 = (): typeof Re2.RE2JS => (load('re2js') as typeof Re2).RE2JS
export const yamlLibrary = (): typeof Yaml => load('yaml')
