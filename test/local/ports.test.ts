import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { CLAIM_PORT, claimAddress, freePort, freeRange } from '../../local/ports.ts'
import { isFree } from '../../scripts/lib/free-port.mjs'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function hold(host: string, port: number): Promise<number> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  servers.push(server)
  return (server.address() as AddressInfo).port
}

describe('A place for a local region', () => {
  it('moves to the next port when one is taken', async () => {
    const taken = await hold('127.0.0.1', 0)
    expect(await isFree('127.0.0.1', taken)).toBe(false)
    expect(await freePort(taken)).toBeGreaterThan(taken)
  })

  it('moves to another address range when one is claimed, unless its state is bound to it', async () => {
    const wanted = '127.61.0.0/16'
    expect(await freeRange(wanted, false)).toBe(wanted)
    await hold(claimAddress(wanted), CLAIM_PORT)
    expect(await freeRange(wanted, true)).toMatch(/^127\.(?!61\.)\d+\.0\.0\/16$/)
    await expect(freeRange(wanted, false)).rejects.toThrow(/127\.61\.0\.0\/16: another local region .* reset/)
  })
})
