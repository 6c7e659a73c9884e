import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import { openIdentity } from '../../../apps/lib/identity/identity.ts'
import { OwnIssuer } from '../../contracts/own-issuer.ts'

type Line = [level: string, message: string, facts: Record<string, unknown>]

function journal() {
  const lines: Line[] = []
  const log = (...line: Line) => void lines.push(line)
  const until = async (count: number, text: string) => {
    while (lines.filter(([, message]) => message.includes(text)).length < count) await pause(20)
  }
  return { lines, log, until }
}

describe('the identity of a service', () => {
  it('is renewed while the program runs, and new connections show the newest certificate', async () => {
    const issuer = new OwnIssuer('node-app', 2)
    const { log, until } = journal()
    const server = createServer(
      { ...issuer.server('127.0.0.1'), ca: issuer.authority, requestCert: true, rejectUnauthorized: true },
      (socket) => socket.end(socket.getPeerCertificate().serialNumber),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const identity = await openIdentity(issuer, { log })
    const shown = async () => {
      const { port } = server.address() as AddressInfo
      const socket: TLSSocket = connect(port, '127.0.0.1', { ...identity.tls, ca: issuer.authority })
      const [serial] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return serial.toString()
    }
    const first = await shown()
    const ends = identity.until
    await until(2, 'has a new certificate')
    expect(await shown()).not.toBe(first)
    expect(identity.until.getTime()).toBeGreaterThanOrEqual(ends.getTime())
    identity.close()
    server.close()
  }, 20_000)

  it.each([
    [0, 0.6],
    [1, 0.9],
  ])(
    'asks again when %d of the time between 60 and 90 %% has passed: at %d of what was left',
    async (random, share) => {
      const issuer = new OwnIssuer('node-app', 3)
      const { log, until } = journal()
      const begun = Date.now()
      const identity = await openIdentity(issuer, { log, random: () => random })
      const left = identity.until.getTime() - begun
      await until(2, 'has a new certificate')
      const after = Date.now() - begun
      identity.close()
      // A certificate ends at a whole second, and a busy machine is late.
      expect(after).toBeGreaterThan(left * share - 150)
    },
    20_000,
  )

  it('keeps its certificate while no new one is given, and says so once', async () => {
    const issuer = new OwnIssuer('node-app', 2)
    const { lines, log, until } = journal()
    const identity = await openIdentity(issuer, { log, random: () => 0 })
    const { cert, key } = identity.tls
    issuer.failure = new Error('nobody is there')
    await until(1, 'keeps the one it has')
    expect([identity.tls.cert, identity.tls.key]).toEqual([cert, key])
    expect(lines.at(-1)).toEqual([
      'error',
      'gets no new certificate and keeps the one it has',
      { reason: 'nobody is there', until: identity.until.toISOString() },
    ])
    issuer.failure = undefined
    await until(2, 'has a new certificate')
    expect(identity.tls.cert).not.toBe(cert)
    identity.close()
  }, 30_000)

  it('asks for some time at the start, then gives up with the reason', async () => {
    const issuer = new OwnIssuer('node-app', 60)
    const { lines, log, until } = journal()
    issuer.failure = new Error('the role is not known yet')
    const opened = openIdentity(issuer, { log })
    await until(2, 'has no certificate yet')
    issuer.failure = undefined
    const identity = await opened
    identity.close()
    expect(lines[0]).toEqual([
      'info',
      'has no certificate yet and asks again',
      { reason: 'the role is not known yet' },
    ])
    issuer.failure = new Error('never')
    await expect(openIdentity(issuer, { startSeconds: 0.3 })).rejects.toThrow('never')
  }, 20_000)

  it('refuses a certificate for another key, and one that has ended', async () => {
    const issuer = new OwnIssuer('node-app', 60)
    const stolen = (await openIdentity(issuer)).tls.cert
    const other = { name: 'node-app', issue: async () => stolen }
    await expect(openIdentity(other, { startSeconds: 0 })).rejects.toThrow('is for another key')
    issuer.seconds = -10
    await expect(openIdentity(issuer, { startSeconds: 0 })).rejects.toThrow('the certificate has ended')
  })
})
