import { defineConfig } from 'vitest/config'

/** Stories in a real browser against the real platform; they skip visibly where there is no Chromium. */
export default defineConfig({
  test: {
    include: ['e2e/portal/*.test.ts'],
    globalSetup: ['tools/test-place.ts', 'e2e/portal/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    // one mesh for all, and a busy machine makes every page slow
    fileParallelism: false,
    execArgv: ['--conditions=mesh-source'],
    // the sources as Node itself reads them, in the setup as well
    experimental: { viteModuleRunner: false },
  },
})
