import type { AccountImage, AccountSnapshot, Evidence } from '../../core/images/ami-evidence.ts'

/** When the tests' evidence is read. */
export const NOW = '2026-06-01T00:00:00.000Z'

const marks = (service: string) => ({
  CreatedBy: 'ops',
  'nanofleet:stage': 'dev',
  'nanofleet:app': 'web',
  'nanofleet:service': service,
})

/** An unused image of stage `dev`, with the snapshot `snap-<id>`. */
export const ours = (imageId: string, extra: Partial<AccountImage> = {}, service = 'page'): AccountImage => ({
  imageId,
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'available',
  tags: marks(service),
  snapshots: [`snap-${imageId}`],
  sharedWith: [],
  ...extra,
})

export const ourSnapshot = (snapshotId: string, extra: Partial<AccountSnapshot> = {}): AccountSnapshot => ({
  snapshotId,
  startedAt: '2026-01-01T00:00:00.000Z',
  tags: marks('page'),
  ...extra,
})

/** The evidence of an account with nothing but what is given. */
export const evidenceOf = (given: Partial<Evidence>): Evidence => ({
  stage: 'dev',
  readAt: NOW,
  images: [],
  snapshots: [],
  references: [],
  instances: [],
  launchTemplates: [],
  launchConfigurations: [],
  parameters: [],
  groups: [],
  current: [],
  busyApps: [],
  ...given,
})
