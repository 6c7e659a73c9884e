/** Service meta that marks an entry as ours and says where it comes from. */
export const META = {
  source: 'external-source',
  instance: 'instance-id',
  app: 'app',
  stage: 'stage',
  /**
   * Fingerprint of the definition: shows whether the entry is up to date without comparing Consul's defaults.
   */
  definition: 'definition',
  /** When the evidence behind the registration was read, ISO 8601. */
  registered: 'registered',
  /**
   * Which token registered it: written and read by the code that speaks to Consul
   * (adapters/consul/entries.ts).
   */
  token: 'token',
} as const
