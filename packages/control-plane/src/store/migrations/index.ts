import { mesh } from './0001_mesh.ts'
import { people } from './0002_people.ts'
import { policies } from './0003_policies.ts'
import { grants } from './0004_grants.ts'
import { signIn } from './0005_sign_in.ts'
import { audit } from './0006_audit.ts'
import { classification } from './0007_classification.ts'

/** One forward step of the schema: statements in order, run in one transaction. A step that has been released is never edited. */
export type Migration = { version: number; name: string; statements: readonly string[] }

export const migrations: readonly Migration[] = [
  { version: 1, name: 'mesh', statements: mesh },
  { version: 2, name: 'people', statements: people },
  { version: 3, name: 'policies', statements: policies },
  { version: 4, name: 'grants', statements: grants },
  { version: 5, name: 'sign_in', statements: signIn },
  { version: 6, name: 'audit', statements: audit },
  { version: 7, name: 'classification', statements: classification },
]
