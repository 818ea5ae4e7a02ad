import { mesh } from './0001_mesh.ts'
import { people } from './0002_people.ts'

/** One forward step of the schema: statements in order, run in one transaction. A step that has been released is never edited. */
export type Migration = { version: number; name: string; statements: readonly string[] }

export const migrations: readonly Migration[] = [
  { version: 1, name: 'mesh', statements: mesh },
  { version: 2, name: 'people', statements: people },
]
