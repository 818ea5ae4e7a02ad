export * from './errors.ts'
export * from './sql.ts'
