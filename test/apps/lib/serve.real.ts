import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'

const SLOW = `
import { routes } from './apps/lib/routes.ts'
import { serve } from './apps/lib/serve.ts'
const slow = (request, response) => setTimeout(() => response.end('done'), 1200)
const server = await serve(0, routes({ 'GET /slow': slow }), {
  noticeMs: 800,
  graceMs: 5000,
  leave: async () => { console.log('left') },
})
console.log(server.address().port)`

const running: ChildProcess[] = []
afterEach(() => {
  for (const process of running.splice(0)) process.kill('SIGKILL')
})

async function service(): Promise<{ url: string; process: ChildProcess; said: () => string }> {
  const process = spawn(globalThis.process.execPath, ['--input-type=module', '-e', SLOW], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(process)
  let said = ''
  process.stdout.on('data', (chunk) => {
    said += chunk
  })
  await once(process.stdout, 'data')
  return { url: `http://127.0.0.1:${said.trim()}`, process, said: () => said }
}

const health = async (url: string) => {
  const response = await fetch(`${url}/healthz`)
  return [response.status, await response.text()]
}

describe('A service that is told to stop', () => {
  it('says so first, keeps answering, finishes what is under way, and ends with code 0', async () => {
    const { url, process, said } = await service()
    expect(await health(url)).toEqual([200, 'ok'])
    const exit = once(process, 'exit')
    process.kill('SIGTERM')
    process.kill('SIGINT')
    let now = await health(url)
    for (let asked = 0; now[0] === 200 && asked < 50; asked += 1) now = await health(url)
    expect(now).toEqual([503, 'stopping'])
    const slow = await fetch(`${url}/slow`)
    expect(await slow.text()).toBe('done')
    expect(await exit).toEqual([0, null])
    expect(said()).toContain('left')
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})
