export * from './events.ts'
export * from './json.ts'
export * from './schema.ts'
export * from './store.ts'
