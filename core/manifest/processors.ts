import type { Manifest } from '../base/manifest-types.ts'

/** How an instance of a type comes to one vCPU: it has one anyway, it is told to, or it cannot. */
export type OneProcessor = 'has' | 'told' | 'cannot'

/**
 * By the name of the type, after "Supported CPU options for Amazon EC2 instance types" (Amazon EC2 User
 * Guide) and what DescribeInstanceTypes answers as ValidCores and ValidThreadsPerCore. T2 takes no CPU
 * options; of larger types only some families may have one core.
 */
export function oneProcessor(instanceType: string): OneProcessor {
  if (/^(t2\.(nano|micro|small)|[cmr][6-9][a-z]*\.medium)$/.test(instanceType)) return 'has'
  if (/^(t3a?|t4g)\.(nano|micro|small|medium|large)$/.test(instanceType)) return 'told'
  return /^([cmr][4-9][a-z-]*|i[3-9][a-z]*)\.large$/.test(instanceType) ? 'told' : 'cannot'
}

/** Instance types that the apps ask for, each once. */
export const instanceTypes = (apps: readonly Manifest[]): string[] =>
  [
    ...new Set(apps.flatMap(({ services }) => Object.values(services).map((spec) => spec.instanceType))),
  ].sort()
