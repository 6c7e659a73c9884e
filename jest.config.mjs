/** Native ESM through swc; the tests import `@jest/globals` and nothing is mocked by module. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.nanofleet', '<rootDir>/.serverless', '<rootDir>/.esbuild'],
}

/** What needs nothing but Node and takes a moment: decisions, properties, contracts on fakes. */
const quick = { ...common, displayName: 'quick', testMatch: ['<rootDir>/test/**/*.test.ts'] }

/**
 * Real parts: Consul, the emulator, processes, other tools (git, npm), the browser; and what takes long. One
 * region serves all files of a run.
 */
const real = {
  ...common,
  displayName: 'real',
  testMatch: ['<rootDir>/test/**/*.real.ts'],
  globalSetup: '<rootDir>/test/live/setup.ts',
  globalTeardown: '<rootDir>/test/live/teardown.ts',
}

export default {
  projects: [quick, real],
  testSequencer: '<rootDir>/test/live/sequencer.mjs',
  // Ends what hangs; a test that is slow because the machine is busy with other things does not.
  testTimeout: 60_000,
}
