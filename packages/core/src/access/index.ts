export * from './decide.ts'
export * from './mine.ts'
export * from './model.ts'
