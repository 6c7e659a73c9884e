import { ServiceFailure } from '../../core/base/errors.ts'
import type { Instance, InstanceSource, InstanceState, Sight } from '../../core/base/instances.ts'
import { isServer } from '../../core/base/instances.ts'
import { TAG } from '../../core/base/names.ts'

const KINDS = ['service', 'consulserver']

/** EC2 in memory, as seen in one VPC. */
export class MemoryInstances implements InstanceSource {
  readonly instances = new Map<string, Instance>()
  /** The verbs that were called, in order. */
  readonly looks: string[] = []
  /** Reads that fail: `ec2` for all, or a verb. */
  readonly broken: ReadonlySet<string>
  readonly #vpcId: string
  #count = 0

  constructor(vpcId: string, broken: ReadonlySet<string> = new Set()) {
    this.#vpcId = vpcId
    this.broken = broken
  }

  async all(): Promise<Instance[]> {
    return this.#fleet('all').filter(({ state }) => state !== 'terminated')
  }

  async look(ids: string[]): Promise<Sight> {
    const fleet = this.#fleet('look')
    return { instances: fleet.filter(({ id }) => ids.includes(id)), servers: fleet.filter(isServer) }
  }

  async confirm(ids: string[]): Promise<Instance[]> {
    return this.#ask('confirm').filter(({ id }) => ids.includes(id))
  }

  /** Adds an instance. */
  launch(tags: Record<string, string>, state: InstanceState = 'running', vpcId = this.#vpcId): Instance {
    this.#count++
    const id = `i-${this.#count.toString(16).padStart(17, '0')}`
    const address = `10.77.${Math.floor(this.#count / 250)}.${(this.#count % 250) + 1}`
    const instance = { id, state, address, vpcId, tags }
    this.instances.set(id, instance)
    return instance
  }

  set(id: string, state: InstanceState): void {
    const known = this.instances.get(id)
    // A terminated instance no longer has a network or an address.
    if (known) Object.assign(known, { state, ...(state === 'terminated' ? { address: '', vpcId: '' } : {}) })
  }

  #fleet(verb: string): Instance[] {
    return this.#ask(verb).filter(
      (each) => each.vpcId === this.#vpcId && KINDS.includes(each.tags[TAG.kind] ?? ''),
    )
  }

  #ask(verb: string): Instance[] {
    this.looks.push(verb)
    if (this.broken.has('ec2') || this.broken.has(verb))
      throw new ServiceFailure('EC2 does not list the instances: throttled')
    return [...this.instances.values()].map((each) => structuredClone(each))
  }
}
