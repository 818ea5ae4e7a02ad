export type { TestCase } from './cases.ts'
export { type Explanation, explain, type RuleStory } from './explain.ts'
export { renderCoverage, renderTrace } from './render.ts'
export { runTests, type TestOptions, type TestResult, type TestRun } from './run.ts'
