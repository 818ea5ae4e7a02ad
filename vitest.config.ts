import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['mesh-source'] },
  ssr: { resolve: { conditions: ['mesh-source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'tools/**/*.test.ts',
      'e2e/**/*.test.ts',
    ],
    exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: ['--conditions=mesh-source'],
    reporters: ['default'],
  },
})
