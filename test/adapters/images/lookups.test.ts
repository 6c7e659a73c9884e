import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { fetchedDigest } from '../../../adapters/images/fetched-digest.ts'
import { registryDigest } from '../../../adapters/images/image-registry.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('a registry', () => {
  let server: Server
  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  it('is asked for a token first where it wants one, then for the digest of the tag', async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://registry')
      if (url.pathname === '/token') {
        response.end(JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }))
        return
      }
      if (request.headers.authorization !== 'Bearer for repository:library/node:pull') {
        const host = request.headers.host
        const challenge = `Bearer realm="http://${host}/token",service="r",scope="repository:library/node:pull"`
        response.writeHead(401, { 'www-authenticate': challenge }).end()
        return
      }
      const known = url.pathname === '/v2/library/node/manifests/24'
      response.writeHead(known ? 200 : 404, known ? { 'docker-content-digest': DIGEST } : {}).end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await registryDigest(`${host}/library/node:24@sha256:old`, 'http')).toBe(DIGEST)
    await expect(registryDigest(`${host}/library/node:25`, 'http')).rejects.toThrow(
      'answers 404; is there such a tag?',
    )
    await expect(registryDigest('node:24')).rejects.toThrow('name its registry')
  })
})

describe('what an address answers', () => {
  let server: Server
  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  it('has the SHA-256 of its content, and is refused when there is none', async () => {
    server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/tool' }).end()
      else if (request.url === '/tool') response.end('a tool')
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const digest = createHash('sha256').update('a tool').digest('hex')
    expect(await fetchedDigest(`${place}/tool`)).toBe(digest)
    expect(await fetchedDigest(`${place}/moved`)).toBe(digest)
    await expect(fetchedDigest(`${place}/gone`)).rejects.toThrow('/gone answers 404')
  })
})
