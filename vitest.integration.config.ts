import { defineConfig } from 'vitest/config'

/** The suite that needs parts from outside npm (PostgreSQL, python3-jinja2); each test skips visibly, naming what is missing. */
export default defineConfig({
  resolve: { conditions: ['mesh-source'] },
  ssr: { resolve: { conditions: ['mesh-source'] } },
  test: {
    include: [
      'packages/*/src/**/*.integration.test.ts',
      'packages/*/test/**/*.integration.test.ts',
      'e2e/**/*.integration.test.ts',
      'tools/**/*.integration.test.ts',
    ],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    execArgv: ['--conditions=mesh-source'],
  },
})
