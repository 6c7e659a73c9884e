import manifest from '../package.json' with { type: 'json' }

/** What `--version` prints: of Nanofleet and of the Node that runs it. */
export const version = (): string => `nanofleet ${manifest.version}, Node ${process.versions.node}`
