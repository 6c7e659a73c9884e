import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import type { Finding } from '../../cli/doctor/finding.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { removeApp } from '../live/apps.ts'
import { nanofleet } from '../live/cli.ts'
import { pushChanged } from '../live/source.ts'
import { regionOf, withWeb } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

const ASKER = `import http from 'node:http'
const ask = () =>
  http
    .get('http://answerer.service.consul:8092/', (answer) => {
      answer.resume()
      console.log('answered', answer.statusCode)
    })
    .on('error', (error) => console.log('failed', (error as { code?: string }).code))
setInterval(ask, 500)
http.createServer((_request, response) => response.end('ok')).listen(8091)
`
const ANSWERER = `import http from 'node:http'
http.createServer((_request, response) => response.end('ok')).listen(8092)
`

describe('an app whose manifest leaves out what a service needs', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await pushChanged(context, 'pair', (root) => writePair(root, []))
    await runToEnd(context, 'deploy', { app: 'pair' }, 120)
  }, 400_000)
  afterAll(() => removeApp(context, 'pair'), 120_000)

  const calls = async (): Promise<Finding | undefined> => {
    const { out } = await nanofleet('doctor', '--json')
    const findings = JSON.parse(out) as Finding[]
    return findings.find(({ subject }) => subject === 'calls between services')
  }
  const said = async (): Promise<string> => (await nanofleet('logs', 'pair', 'asker', '--since', '10s')).out
  const asker = async () => {
    const [found] = await serviceInstances(regionOf(context), 'pair', 'asker')
    return found?.instanceId
  }

  it('has its calls refused, by name, in its log and by the doctor', async () => {
    const log = await until('a refused call', 20, async () => {
      const text = await said()
      return text.includes('failed EACCES') ? text : undefined
    })
    expect(log).not.toContain('answered')
    const { out } = await nanofleet('logs', 'pair', 'asker')
    expect(out).toContain('asker may not call answerer:8092')
    expect(out).toContain('name answerer in the needs of asker')
    expect(await calls()).toMatchObject({
      state: 'bad',
      text: expect.stringMatching(
        /^pair\/asker called answerer:8092, which no needs names: refused \d+ times/,
      ),
    })
  }, 60_000)

  it('works once the manifest names it, without another instance, and the doctor is content', async () => {
    const before = await asker()
    await pushChanged(context, 'pair', (root) => writePair(root, ['answerer']))
    await runToEnd(context, 'deploy', { app: 'pair' }, 120)
    await until('an answer', 20, async () => ((await said()).includes('answered 200') ? true : undefined))
    expect(await asker()).toBe(before)
    expect(await calls()).toEqual({
      subject: 'calls between services',
      state: 'good',
      text: 'each goes where a needs leads',
    })
  }, 150_000)
})

/** Two services, the first of which calls the second. */
async function writePair(root: string, needs: string[]): Promise<void> {
  const manifest = `app: pair
requires: [platform]
services:
  asker: {source: apps/pair/asker, port: 8091, protocol: http, needs: [${needs.join(', ')}]}
  answerer: {source: apps/pair/answerer, port: 8092, protocol: http}
`
  for (const [name, port, program] of [
    ['asker', 8091, ASKER],
    ['answerer', 8092, ANSWERER],
  ] as const) {
    await mkdir(join(root, `images/pair/${name}`), { recursive: true })
    await mkdir(join(root, `apps/pair/${name}`), { recursive: true })
    await cp(join(root, 'images/web/web/Dockerfile'), join(root, `images/pair/${name}/Dockerfile`))
    const config = { Program: '/usr/local/bin/node', Args: ['/app/main.mjs'], Env: { PORT: String(port) } }
    await writeFile(join(root, `images/pair/${name}/config.json`), JSON.stringify(config))
    const definition = { service: { name, port, checks: [] } }
    await writeFile(join(root, `images/pair/${name}/consul.json`), JSON.stringify(definition))
    await writeFile(join(root, `apps/pair/${name}/main.ts`), program)
  }
  await writeFile(join(root, 'images/pair/app.yml'), manifest)
}
