import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { ConsulDoor } from '../../adapters/consul/door.ts'
import { ProbingConsul } from '../../adapters/consul/first-answer.ts'
import { ask } from '../../adapters/consul/probes.ts'
import { ConsulRequests } from '../../adapters/consul/requests.ts'
import type { CatalogEntry, ClusterView, ConsulServer } from '../../core/base/catalog.ts'
import type { Instance } from '../../core/base/instances.ts'
import type { DoorRequest, DoorResponse } from '../../core/registration/door.ts'
import { FirstAnswer } from '../../core/registration/first-answer.ts'
import { owner } from '../../core/registration/owner.ts'
import { handler as consul } from '../../functions/consul.ts'
import { handler as reconcile } from '../../functions/reconcile.ts'
import { until } from '../../scripts/demo/wait.ts'
import { askServer, fixedAccess } from '../live/consul-api.ts'
import { PlatformProgram } from '../live/platform-program.ts'
import { ModelFleet } from '../model/model-fleet.ts'
import { lambdaContext } from '../support/lambda-context.ts'

const PARAMETER = '/nanofleet/test/web/web/consul'
const PORT = 18080

/**
 * Three servers of the platform's own program with twelve instances of web, and the functions that it calls.
 * No schedule and no event helps.
 */
export class ServerStage {
  readonly platform: PlatformProgram
  readonly fleet = new ModelFleet()
  readonly instances: Instance[]
  readonly round: (event: unknown) => Promise<unknown>
  readonly #door: ConsulDoor
  #answering: Server[] = []

  private constructor(platform: PlatformProgram) {
    this.platform = platform
    for (const server of platform.servers) this.fleet.adopt(server)
    const check = { http: `http://HEALTHROUTE:${PORT}/`, interval: '1s', timeout: '1s' }
    this.fleet.parameters.set(PARAMETER, JSON.stringify({ name: 'web', port: PORT, checks: [check] }))
    this.instances = Array.from({ length: 12 }, (_, index) =>
      Object.assign(this.fleet.service(PARAMETER), { address: `127.${platform.network}.1.${index + 1}` }),
    )
    const access = {
      certificate: platform.secret('ca-certificate'),
      token: platform.secret('registration-token'),
    }
    const first = new FirstAnswer(ask, { now: () => performance.now(), pause: sleep })
    const catalog = new ProbingConsul(first, new ConsulRequests(fixedAccess(access)))
    const function_ = consul.wired(() => ({ catalog, vpcCidr: '127.0.0.0/8' }))
    this.#door = new ConsulDoor(
      async (request: DoorRequest): Promise<DoorResponse> =>
        JSON.parse(JSON.stringify(await function_(JSON.parse(JSON.stringify(request)), lambdaContext))),
    )
    this.fleet.other = this.#door
    const handler = reconcile.wired(() => ({
      ...this.fleet.parts(),
      pause: (ms) => sleep(ms),
      held: this.fleet.held,
    }))
    this.round = async (event) => await handler(event, lambdaContext)
  }

  static async start(): Promise<ServerStage> {
    const stage = new ServerStage(await PlatformProgram.start(3))
    stage.#answering = await Promise.all(stage.instances.map(({ address }) => serve(address)))
    await stage.untilWhole(60)
    return stage
  }

  async stop(): Promise<void> {
    for (const server of this.#answering) server.close()
    await this.platform.stop()
  }

  /** The view of a server that sees a leader. */
  async firstView(): Promise<ClusterView> {
    return await Promise.any(this.platform.servers.map(async (server) => await this.ledView(server)))
  }

  async ledView(server: ConsulServer): Promise<ClusterView> {
    const view = await this.#door.cluster(server)
    if (view.leader === null) throw new Error('no leader')
    return view
  }

  async entries(server: ConsulServer): Promise<CatalogEntry[]> {
    return (await this.#door.health(server, { services: ['web'] })).web ?? []
  }

  /** The instances whose entries are on this server. */
  ownedBy = (server: ConsulServer): Instance[] =>
    this.instances.filter(({ id }) => owner(id, this.platform.servers)?.instanceId === server.instanceId)

  /** Three voters, and each instance once and passing on its owner, as every server shows it. */
  async untilWhole(seconds: number): Promise<void> {
    const { servers } = this.platform
    const wanted = this.instances.map(({ id }) => `${id}@${owner(id, servers)?.address} passing`).sort()
    let last: unknown
    await until('each instance once on its owner', seconds, async () => {
      const alive = (await this.#living().catch(() => [])).map(({ address }) => address)
      last = { alive, view: await this.firstView().catch(String) }
      if (alive.length !== servers.length) return undefined
      const report = await this.round({})
      const shown = await Promise.all(servers.map((server) => this.entries(server).catch(() => [])))
      const texts = shown.map((each) =>
        each.map(({ instanceId, nodeAddress, status }) => `${instanceId}@${nodeAddress} ${status}`).sort(),
      )
      last = { report, wanted, texts }
      return texts.every((each) => each.join() === wanted.join()) ? true : undefined
    }).catch(async (error) => {
      console.error(JSON.stringify(last, null, 1))
      for (const server of servers) console.error(await this.platform.lastWords(server))
      throw error
    })
  }

  async #living(): Promise<ConsulServer[]> {
    const view = await this.firstView()
    const alive = view.nodes.filter((node) => node.alive && view.voters.includes(node.address))
    return this.platform.servers.filter(({ address }) => alive.some((node) => node.address === address))
  }

  management = () => ({
    certificate: this.platform.secret('ca-certificate'),
    token: this.platform.secret('management-token'),
  })

  /**
   * Makes this server the leader: elections since the first death may have chosen one that has since died.
   */
  async leadBy(server: ConsulServer | undefined): Promise<void> {
    if (!server) throw new Error('every server has already died')
    const leads = async () => (await this.firstView()).leader?.startsWith(`${server.address}:`)
    if (await leads()) return
    const { text } = await askServer(server.address, '/v1/operator/raft/configuration', this.management())
    const { Servers } = JSON.parse(text) as { Servers: { ID: string; Address: string }[] }
    const id = Servers.find(({ Address }) => Address.startsWith(`${server.address}:`))?.ID ?? ''
    await askServer(server.address, `/v1/operator/raft/transfer-leader?id=${id}`, this.management(), {
      method: 'POST',
    })
    await until('the leader', 20, async () => (await leads().catch(() => false)) || undefined)
    await this.untilWhole(60)
  }
}

/** The stage of a file of tests. */
export let stage: ServerStage

/** Gives a file of tests its stage, on which nobody calls a function between two tests. */
export function onServerStage(): void {
  beforeAll(async () => {
    stage = await ServerStage.start()
  }, 90_000)
  afterEach(() => {
    stage.platform.onInvoke = () => {}
  })
  afterAll(() => stage?.stop(), 20_000)
}

async function serve(address: string): Promise<Server> {
  const server = createServer((_request, response) => response.end('ok'))
  server.listen(PORT, address)
  await once(server, 'listening')
  return server
}
