import { NanofleetError } from '../base/errors.ts'

/** An AMI of this account. */
export interface AccountImage {
  imageId: string
  /** ISO 8601; empty when EC2 does not say. */
  createdAt: string
  state: string
  tags: Record<string, string>
  snapshots: string[]
  /** `everybody`, or the accounts and organisations, that may launch it. */
  sharedWith: string[]
  /** A person protected it against deregistration. */
  isProtected?: boolean
}

/** An EBS snapshot of this account. */
export interface AccountSnapshot {
  snapshotId: string
  /** ISO 8601; empty when EC2 does not say. */
  startedAt: string
  tags: Record<string, string>
}

/** Something that names an image (`ami-…`) or a snapshot (`snap-…`) and would break without it. */
export interface Reference {
  id: string
  /** `fleet`: EC2 launches from it or did; `record`: a parameter or a kept release names it. */
  kind: 'fleet' | 'record'
  /** For people: `instance i-1 (stopped)`, `launch template web, version 3`. */
  by: string
}

/** An Auto Scaling group, and the things it names that other calls list. */
export interface GroupFacts {
  name: string
  /** The app of this stage that it belongs to. */
  app?: string
  instances: string[]
  launchTemplates: string[]
  launchConfigurations: string[]
}

/** One service of the release that its app runs now. */
export interface CurrentService {
  app: string
  service: string
  release: number
  imageId: string
}

/** Everything the clean-up looks at, each list read to its last page. */
export interface Evidence {
  stage: string
  /** ISO 8601, the time of reading. */
  readAt: string
  images: AccountImage[]
  snapshots: AccountSnapshot[]
  references: Reference[]
  /** What was listed, to compare with what the groups and the releases name. */
  instances: string[]
  launchTemplates: string[]
  launchConfigurations: string[]
  parameters: string[]
  groups: GroupFacts[]
  current: CurrentService[]
  /** Apps whose lock an execution holds. */
  busyApps: string[]
  /** ISO 8601, start of the oldest build under way; absent if there is none. */
  buildingSince?: string
}

/** Sources that should agree do not, so some evidence is missing and nothing may be removed. */
export class ImplausibleEvidence extends NanofleetError {}
