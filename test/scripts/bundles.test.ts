import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bundles } from '../../scripts/bundles/bundles.mjs'
import { environment } from '../support/environment.ts'

const run = promisify(execFile)

const STEP = {
  app: 'web',
  service: 'front',
  hash: 'h1',
  build: false,
  reason: 'new',
  sourceKey: 'sources/1.tgz',
  upstream: '',
  resolvers: '',
  parent: '',
  before: [],
}
const CALL = `
const { handler } = await import(process.argv[1])
const answer = await handler(JSON.parse(process.argv[2]), {}).then((result) => ({ result }), ({ message }) => ({ message }))
process.stderr.write('\\n' + JSON.stringify(answer))`

const tag = (key: string, value: string) => `<item><key>nanofleet:${key}</key><value>${value}</value></item>`
const IMAGES = `<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId><imageState>available</imageState>
<creationDate>2026-11-01T10:00:00.000Z</creationDate><tagSet>${tag('service', 'front')}${tag('hash', 'h1')}</tagSet>
</item></imagesSet></DescribeImagesResponse>`

/** EC2 with one image, and Parameter Store. */
async function aws() {
  const asked: string[] = []
  const server: Server = createServer(async (request, response) => {
    const body = await text(request)
    asked.push(body)
    const isEc2 = body.startsWith('Action=') || body.includes('Action=DescribeImages')
    response.end(isEc2 ? IMAGES : '{"Version":1,"Tier":"Standard"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { asked, server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('a function as it is shipped', () => {
  let folder: string
  let file: string
  let region: Awaited<ReturnType<typeof aws>>

  beforeAll(async () => {
    region = await aws()
    folder = await mkdtemp(join(tmpdir(), 'nanofleet-bundle-'))
    file = join(folder, 'record-image.mjs')
    await writeFile(file, (await bundles(['record-image'])).get('record-image')?.contents ?? '')
  }, 60_000)

  afterAll(async () => {
    region.server.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** In a process of its own, which has these variables only. */
  const call = async (credentials: Record<string, string>) => {
    const env = { ...environment, AWS_ENDPOINT_URL: region.endpoint, ...credentials }
    const args = ['--input-type=module', '-e', CALL, pathToFileURL(file).href, JSON.stringify(STEP)]
    const { stderr } = await run(process.execPath, args, { env })
    return JSON.parse(stderr.split('\n').at(-1) ?? '')
  }

  it('asks AWS, and reads its answers, as the whole SDK does', async () => {
    const answer = await call({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' })
    expect(answer).toEqual({
      result: { service: 'front', imageId: 'ami-1', hash: 'h1', built: false, reason: 'new' },
    })
    const [images, record] = region.asked
    const query = Object.fromEntries(new URLSearchParams(images))
    expect(query).toMatchObject({
      Action: 'DescribeImages',
      'Owner.1': 'self',
      'Filter.1.Name': 'tag:nanofleet:stage',
      'Filter.1.Value.1': 'dev',
      'Filter.4.Name': 'tag:nanofleet:hash',
    })
    expect(JSON.parse(record ?? '')).toMatchObject({ Name: '/nanofleet/dev/web/front/image', Type: 'String' })
  }, 30_000)

  it('takes its credentials from the variables of Lambda, and looks nowhere else', async () => {
    const { message } = await call({ AWS_PROFILE: 'default' })
    expect(message).toContain('Unable to find environment variable credentials')
  }, 30_000)
})
