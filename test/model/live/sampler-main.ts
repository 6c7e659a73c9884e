import { Resolver } from 'node:dns/promises'
import { Agent, get } from 'node:https'
import { now } from './clock.ts'
import { type LeaderSample, type Sample, Stalls } from './samples.ts'

/** A separate process sends the queries, so that the model and the rounds cannot delay them. */

/** A message to it: which servers to query for what from now on, or to hand over what it has seen. */
export type SamplerOrder = { servers: string[]; services: string[]; certificate: string } | 'end'

const EVERY_MS = 20
/** Every this many turns it asks who is the leader. */
const LEADER_TURNS = 3
const PATIENCE_MS = 400
/** The most pending turns for one server, so that one that does not answer is not asked more and more. */
const UNDER_WAY = 5

const samples: Sample[] = []
const leaders: LeaderSample[] = []
const stalls = new Stalls(now)
const resolvers = new Map<string, { resolver: Resolver; open: number }>()
const agent = new Agent({ keepAlive: true })
let asking = { servers: [] as string[], services: [] as string[], certificate: '' }

async function ask(server: string, service: string): Promise<void> {
  const one = resolvers.get(server)
  if (!one) return
  const asked = now()
  const found = await one.resolver.resolve4(`${service}.service.consul`).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : null
  })
  samples.push({ server, service, asked, answered: now(), found })
}

async function turn(server: string): Promise<void> {
  if (!resolvers.has(server)) {
    const resolver = new Resolver({ timeout: PATIENCE_MS, tries: 1 })
    resolver.setServers([`${server}:8600`])
    resolvers.set(server, { resolver, open: 0 })
  }
  const one = resolvers.get(server)
  if (!one || one.open >= UNDER_WAY) return
  one.open++
  await Promise.all(asking.services.map((service) => ask(server, service)))
  one.open--
}

function askLeader(server: string): void {
  const at = now()
  const done = (leader: string | null): void => void leaders.push({ server, at, leader })
  const url = `https://${server}:8501/v1/status/leader`
  get(url, { agent, ca: asking.certificate, timeout: PATIENCE_MS }, (response) => {
    let text = ''
    response.on('data', (chunk) => {
      text += String(chunk)
    })
    response.on('error', () => done(null))
    response.on('end', () => done(String(JSON.parse(text || '""')).replace(/:\d+$/, '')))
  })
    .on('timeout', function abort(this: { destroy(): void }) {
      this.destroy()
    })
    .on('error', () => done(null))
}

let turns = 0
setInterval(() => {
  turns++
  for (const server of asking.servers) {
    void turn(server)
    if (turns % LEADER_TURNS === 0) askLeader(server)
  }
}, EVERY_MS)

process.on('message', (order: SamplerOrder) => {
  if (order !== 'end') asking = order
  else process.send?.({ samples, leaders, stalls: stalls.spans }, () => process.exit())
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
