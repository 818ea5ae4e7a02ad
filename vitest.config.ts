import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest begins first, so that no core is left with one long file at the end. */
const longest = [
  'tools/kill-publish.test.ts',
  'packages/data-plane/src/query/confinement.test.ts',
  'e2e/aviation.test.ts',
  'packages/control-plane/test/runs.test.ts',
  'packages/cli/test/journey.test.ts',
  'packages/control-plane/src/store/store.test.ts',
  'packages/control-plane/test/platform.test.ts',
  'packages/data-plane/src/serve/replicas.test.ts',
  'packages/data-plane/src/publish/process.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = longest.indexOf(relative(project.config.root, moduleId).replaceAll('\\', '/'))
      return place < 0 ? longest.length : place
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  resolve: { conditions: ['mesh-source'] },
  ssr: { resolve: { conditions: ['mesh-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'tools/**/*.test.ts', 'e2e/**/*.test.ts'],
    exclude: ['**/*.integration.test.ts', 'e2e/portal/**', '**/node_modules/**'],
    globalSetup: ['tools/test-place.ts'],
    sequence: { sequencer: LongestFirst },
    // generous: nothing here measures time, and machines are slow when they are busy
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: Math.max(2, availableParallelism()),
    execArgv: ['--conditions=mesh-source'],
    reporters: ['default'],
  },
})
