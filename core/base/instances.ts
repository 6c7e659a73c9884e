import { TAG } from './names.ts'

/** EC2's instance states (EC2 User Guide, "Amazon EC2 instance state changes"). */
export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped'

/** What registration needs to know of an instance. */
export interface Instance {
  id: string
  state: InstanceState
  /** Empty once it is terminated: EC2 takes the network interface away. */
  address: string
  vpcId: string
  tags: Record<string, string>
}

/** What EC2 shows now of some instances, and which Consul servers run. */
export interface Sight {
  instances: Instance[]
  servers: Instance[]
}

/**
 * EC2 as the source of truth. Every verb reads all pages or rejects with `ServiceFailure`: half an answer
 * looks like instances that are gone.
 */
export interface InstanceSource {
  /** The tagged instances of the stage's VPC that are not terminated. */
  all(): Promise<Instance[]>
  /** Those of these instances that are tagged and in the VPC; one call for a fleet of up to 1,000. */
  look(ids: string[]): Promise<Sight>
  /** These instances wherever they are; one that EC2 does not know is left out. */
  confirm(ids: string[]): Promise<Instance[]>
}

export const isServer = (instance: Instance): boolean => instance.tags[TAG.kind] === 'consulserver'
/** The name of the parameter with a service's definition; empty for anything else. */
export const definitionOf = (instance: Instance): string => instance.tags[TAG.definition] ?? ''
export const isService = (instance: Instance): boolean =>
  instance.tags[TAG.kind] === 'service' && definitionOf(instance) !== ''
export const isRunning = (instance: Instance): boolean =>
  instance.state === 'running' && instance.address !== ''

/** States that are never left. */
export const isOver = ({ state }: Instance): boolean => state === 'shutting-down' || state === 'terminated'

/** Going or gone: nobody must find it any more. */
export const isGoing = (instance: Instance): boolean =>
  instance.state !== 'running' && instance.state !== 'pending'
