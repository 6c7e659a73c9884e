import { setTimeout as sleep } from 'node:timers/promises'
import { type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import type { ConsulHttp } from '../../../adapters/consul/http.ts'
import type { Context } from '../../../cli/context.ts'
import type { ConsulServer, Registration } from '../../../core/base/catalog.ts'
import { TAG } from '../../../core/base/names.ts'

/** Milliseconds between two rounds. */
export const PERIOD_MS = 10_000

/** What a round did. */
export interface PollerRound {
  instances: number
  calls: number
  writes: number
  milliseconds: number
}

/** Definitions as it reads them: in the spelling of Consul's API. */
interface Definition {
  Name: string
  Port: number
  Checks: Record<string, unknown>[]
}

/**
 * The algorithm that registered instances in the project which Nanofleet continues, from its description:
 * every ten seconds it lists the tagged instances, reads the parameter that each one's tag names, puts the
 * address into it and registers it with the first Consul server. It removes nothing. We give it a token, TLS,
 * the right fields of the definition, only running instances, and checks that start as passing.
 */
export class Poller {
  readonly rounds: PollerRound[] = []
  #endedAt: number | undefined
  readonly #context: Context
  readonly #catalog: ConsulHttp
  readonly #server: ConsulServer
  readonly #app: string
  #running = true
  #loop: Promise<void>

  /** @param app the tag value of its instances: each of several pollers has its own fleet */
  constructor(context: Context, catalog: ConsulHttp, server: ConsulServer, app: string, delay: number) {
    this.#context = context
    this.#catalog = catalog
    this.#server = server
    this.#app = app
    this.#loop = this.#poll(delay)
  }

  /** Resolves this many milliseconds after the end of a round. */
  async moment(milliseconds: number): Promise<void> {
    while (this.#endedAt === undefined) await Promise.race([sleep(10), this.#loop])
    const since = Date.now() - this.#endedAt
    await sleep((((milliseconds - since) % PERIOD_MS) + PERIOD_MS) % PERIOD_MS)
  }

  async stop(): Promise<void> {
    this.#running = false
    await this.#loop
  }

  async #poll(delay: number): Promise<void> {
    await this.#pause(delay)
    while (this.#running) {
      const began = Date.now()
      const round = await this.#round()
      this.#endedAt = Date.now()
      this.rounds.push({ ...round, milliseconds: this.#endedAt - began })
      await this.#pause(PERIOD_MS)
    }
  }

  /** In steps, so that `stop` does not wait for a whole period. */
  async #pause(milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds
    for (let left = milliseconds; left > 0 && this.#running; left = end - Date.now())
      await sleep(Math.min(left, 250))
  }

  async #round(): Promise<Omit<PollerRound, 'milliseconds'>> {
    const { instances, calls } = await this.#instances()
    for (const instance of instances) {
      const name = instance.Tags?.find(({ Key }) => Key === TAG.definition)?.Value
      const { Parameter } = await this.#context
        .ssm()
        .send(new GetParameterCommand({ Name: name, WithDecryption: true }))
      await this.#catalog.register(this.#server, {
        registration: registration(instance, Parameter?.Value ?? ''),
      })
    }
    return { instances: instances.length, calls: calls + instances.length, writes: instances.length }
  }

  async #instances(): Promise<{ instances: Instance[]; calls: number }> {
    const instances: Instance[] = []
    let calls = 0
    const Filters = [
      { Name: `tag:${TAG.kind}`, Values: ['service'] },
      { Name: `tag:${TAG.app}`, Values: [this.#app] },
      { Name: 'instance-state-name', Values: ['running'] },
    ]
    for await (const page of paginateDescribeInstances({ client: this.#context.ec2() }, { Filters })) {
      calls++
      instances.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances))
    }
    return { instances, calls }
  }
}

function registration({ InstanceId = '', PrivateIpAddress = '' }: Instance, text: string): Registration {
  const definition = JSON.parse(text.replaceAll('HEALTHROUTE', PrivateIpAddress)) as Definition
  return begunAsPassing({ ...definition, ID: InstanceId, Address: PrivateIpAddress, Meta: {} })
}

/** Without waiting for the first run of the checks. */
export const begunAsPassing = <T extends { Checks?: unknown }>(service: T): T => ({
  ...service,
  Checks: ((service.Checks ?? []) as object[]).map((check) => ({ ...check, Status: 'passing' })),
})
