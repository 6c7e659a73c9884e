import type { RequestListener } from 'node:http'
import { consulPeer, Peer } from '../../lib/peer.ts'
import { Refusal } from '../../lib/refusal.ts'
import { type ServeOptions, serve } from '../../lib/serve.ts'
import { optionalPort } from '../../lib/settings.ts'
import { announce } from './announce.ts'
import { PORTS, type Service } from './ports.ts'

/** How a service finds the others and is found by them. */
export interface Surroundings {
  /** On a developer's machine, without Consul and AWS. */
  alone: boolean
  peer(service: Service): Peer
  /** Serves on the service's port, announces it to the key-value store, and logs both. */
  serve(listener: RequestListener, options?: ServeOptions): Promise<void>
}

/**
 * Reads the arguments of a service's program. None: the services of the fleet, found through Consul. The
 * address of a key-value store: the services in its list.
 * @param title the service's name for people
 * @throws Error when the arguments are something else
 */
export function surroundings(
  service: Service,
  title: string,
  args: readonly string[] = process.argv.slice(2),
): Surroundings {
  const address = storeAddress(service, args)
  const alone = address !== undefined
  const peer = alone ? listed(address) : (name: Service) => consulPeer(name, PORTS[name])
  return {
    alone,
    peer,
    async serve(listener, options = alone ? { noticeMs: 0 } : {}) {
      const port = optionalPort('PORT', PORTS[service])
      await serve(port, listener, options)
      // A Consul name covers all instances, so it does not matter which of them announced itself last.
      const place = `${alone ? '127.0.0.1' : `${service}.service.consul`}:${port}`
      await announce(peer('keyvaluestore'), service, place, () => console.log(`${title} endpoint registered`))
      console.log(`${title} is listening on ${port}`)
    },
  }
}

function storeAddress(service: Service, args: readonly string[]): string | undefined {
  const [address, ...more] = args
  if (address === undefined) return undefined
  if (more.length === 0 && /^[\w.-]+:\d{1,5}$/.test(address)) return address
  const usage = `usage: node apps/photos/${service}/main.ts localhost:${PORTS.keyvaluestore}`
  throw new Error(`${args.join(' ')} is not the address of a key-value store; ${usage}`)
}

/** Peers whose address is in the key-value store. */
function listed(address: string): (service: Service) => Peer {
  const store = new Peer('keyvaluestore', async () => [address])
  return (service) => {
    if (service === 'keyvaluestore') return store
    return new Peer(service, async () => {
      const answer = await store.fetch(`/${service}endpoint`, { again: true, timeoutMs: 2000 })
      const text = await answer.text()
      if (answer.ok) return [text]
      if (answer.status === 404) return []
      throw new Refusal(503, text)
    })
  }
}
