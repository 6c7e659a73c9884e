import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { somePort } from '../live/port.ts'

const running: (ChildProcess | Server)[] = []

afterEach(() => {
  for (const part of running.splice(0)) 'kill' in part ? part.kill('SIGKILL') : part.close()
})

/** A metadata service with version 2 tokens, as an instance sees it. */
async function metadata(answers: Record<string, string>): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    if (request.method === 'PUT' && path === '/latest/api/token') return response.end('token')
    const answer = answers[path.replace('/latest/meta-data/', '')]
    const allowed = request.headers['x-aws-ec2-metadata-token'] === 'token' && answer !== undefined
    return response.writeHead(allowed ? 200 : 404).end(answer)
  }).listen(0, '127.0.0.1')
  running.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function web(environment: Record<string, string>): Promise<{ url: string; process: ChildProcess }> {
  const port = String(await somePort())
  const process = spawn(globalThis.process.execPath, ['apps/web/main.ts'], {
    env: { PORT: port, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(process)
  if (process.stdout) await once(process.stdout, 'data')
  return { url: `http://127.0.0.1:${port}`, process }
}

describe('the web page', () => {
  it('says which instance, zone and image answered', async () => {
    const endpoint = await metadata({
      'instance-id': 'i-0abc',
      'placement/availability-zone': 'eu-west-1b',
      'ami-id': 'ami-0def',
      'local-ipv4': '10.0.0.7',
    })
    const { url } = await web({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint })
    expect(await (await fetch(`${url}/whoami`)).json()).toMatchObject({
      instance: 'i-0abc',
      zone: 'eu-west-1b',
      image: 'ami-0def',
      address: '10.0.0.7',
    })
    const html = await (await fetch(url)).text()
    expect(html).toContain('data-fact="instance">i-0abc<')
  })

  it('answers on a machine that is not an EC2 instance', async () => {
    const { url } = await web({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' })
    expect(await (await fetch(`${url}/whoami`)).json()).toMatchObject({ instance: 'not on EC2' })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it.each([
    ['an unknown path', '/nowhere', 'GET', 404],
    ['another method', '/', 'POST', 405],
  ])('refuses %s', async (_what, path, method, status) => {
    const { url } = await web({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' })
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status)
  })

  it('ends by itself with code 0 when it is told to stop', async () => {
    const { process } = await web({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' })
    process.kill('SIGTERM')
    expect(await once(process, 'exit')).toEqual([0, null])
  })

  it('names the variable that is missing', async () => {
    const process = spawn(globalThis.process.execPath, ['apps/web/main.ts'], { env: {}, stdio: 'pipe' })
    running.push(process)
    let errors = ''
    process.stderr.on('data', (chunk) => {
      errors += chunk
    })
    const [code] = await once(process, 'exit')
    expect([code, errors]).toEqual([1, expect.stringContaining('PORT is not set')])
  })
})
