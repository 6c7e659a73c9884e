import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import { controlStack } from '../../core/base/names.ts'
import { AppsApi } from '../live/apps-api.ts'
import { liveSettings } from '../live/settings.ts'
import { queryAsRoot } from '../live/signed.ts'
import { regionOf, withWeb } from '../live/stage.ts'

const run = promisify(execFile)

const spec = (app: string, port: number, more = ''): string =>
  `app: ${app}\nservices:\n  ${app}:\n    image: web/web\n    port: 8080\n    expose: {port: ${port}}\n${more}`

describe('an app without a checkout', () => {
  let context: Context
  let url: string
  let api: AppsApi
  let folder: string
  beforeAll(async () => {
    context = await withWeb()
    const outputs = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
    url = outputs.AppsApiLambdaFunctionUrl ?? ''
    api = new AppsApi(url, regionOf(context))
    folder = await mkdtemp(join(tmpdir(), 'nanofleet-spec-'))
  }, 600_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const nanofleet = async (...args: string[]) => {
    const { node, repository, environment, state } = liveSettings()
    return await run(node, [join(repository, 'cli/main.ts'), ...args], {
      cwd: folder,
      env: { ...environment, NANOFLEET_STATE: state },
    })
  }

  const ask: AppsApi['ask'] = (...args) => api.ask(...args)

  it('is deployed from one file in an empty folder, and has releases like any other', async () => {
    await writeFile(join(folder, 'app.yml'), spec('kiosk', 8011))
    const { stdout, stderr } = await nanofleet('deploy', './app.yml')
    expect(stderr).toContain('its spec names ami-')
    expect(stdout).toMatch(/kiosk +kiosk +1\/1 +1 +ami-/)
    await writeFile(join(folder, 'app.yml'), spec('kiosk', 8011, '    count: 2\n'))
    await nanofleet('deploy', './app.yml')
    expect((await nanofleet('releases', 'kiosk')).stdout).toContain('kiosk: 1 → 2 instances')
    expect((await nanofleet('rollback', 'kiosk', '--yes')).stdout).toMatch(/kiosk +kiosk +1\/1 +3/)
    expect((await nanofleet('timeline', 'kiosk')).stdout).toContain('deploy kiosk')
  }, 900_000)

  it('that is wrong is refused with file and line, and nothing is uploaded', async () => {
    await writeFile(join(folder, 'wrong.yml'), spec('wrong', 8011, '    cuont: 2\n'))
    await expect(nanofleet('deploy', './wrong.yml')).rejects.toMatchObject({
      code: 2,
      stderr: 'nanofleet: ./wrong.yml:7: services.wrong.cuont: unknown key; did you mean "count"?\n',
    })
    await writeFile(join(folder, 'wrong.yml'), spec('wrong', 8011))
    await expect(nanofleet('deploy', './wrong.yml')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^nanofleet: \.\/wrong\.yml:6: services\.wrong\.expose\.port: listener port 8011 is taken by images\/kiosk/,
      ),
    })
    expect(await context.bundles().pointer('wrong')).toBeUndefined()
  }, 180_000)

  it('keeps its name, and an app of a checkout keeps that of its own', async () => {
    await writeFile(join(folder, 'web.yml'), spec('web', 8012))
    await expect(nanofleet('deploy', './web.yml')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('was pushed from a checkout'),
    })
    const { status, body } = await ask('POST', 'v2/apps', spec('web', 8012))
    expect([status, body.error.name]).toEqual([409, 'NameTaken'])
  }, 180_000)

  it('is posted, looked at and removed', async () => {
    const { status, body } = await ask('POST', 'v2/apps', spec('stall', 8013))
    expect([status, body]).toMatchObject([
      201,
      {
        app: 'stall',
        state: 'deploying',
        execution: { status: 'RUNNING' },
        links: { app: '/v2/apps/stall' },
      },
    ])
    const again = await ask('POST', 'v2/apps', spec('stall', 8013))
    expect([again.status, again.body.execution.arn]).toEqual([200, body.execution.arn])
    const other = await ask('POST', 'v2/apps', spec('stall', 8014))
    expect([other.status, other.body.error]).toMatchObject([
      409,
      { name: 'Busy', execution: body.execution.arn },
    ])
    await api.untilState('stall', 'running', 300)
    expect((await ask('GET', 'apps/stall')).body).toMatchObject({
      from: 'spec',
      release: 1,
      services: { stall: { desired: 1, healthy: 1, instances: [{ stage: 'serving' }] } },
      execution: { name: body.execution.name, status: 'SUCCEEDED' },
    })
    expect((await ask('GET', body.links.execution)).body).toMatchObject({ status: 'SUCCEEDED' })
    const third = await ask('POST', 'v2/apps', spec('stall', 8013))
    expect([third.status, third.body.state, third.body.execution.arn]).toEqual([
      200,
      'deployed',
      body.execution.arn,
    ])
    const { body: list } = await ask('GET', 'v2/apps')
    expect(list.apps.map(({ app }: { app: string }) => app)).toEqual(['kiosk', 'platform', 'stall', 'web'])
    const removal = await ask('DELETE', 'v2/apps/stall')
    expect([removal.status, removal.body.state]).toEqual([202, 'removing'])
    await api.untilState('stall', '404', 300)
  }, 900_000)

  it('is the same request until a variable of it is set to something else', async () => {
    const posted = async (status: number) => {
      const answer = await ask('POST', 'v2/apps', spec('stall', 8013))
      expect([answer.status, answer.body]).toEqual([status, expect.anything()])
      await api.untilState('stall', 'running', 300)
      return answer.body.execution.arn
    }
    const first = await posted(201)
    await nanofleet('env', 'set', 'stall', 'LOG_LEVEL=debug')
    const second = await posted(201)
    expect(await posted(200)).toBe(second)
    await nanofleet('env', 'rm', 'stall', 'LOG_LEVEL')
    const third = await posted(201)
    expect(new Set([first, second, third]).size).toBe(3)
    expect((await ask('DELETE', 'v2/apps/stall')).status).toBe(202)
    await api.untilState('stall', '404', 300)
  }, 900_000)

  it('with a secret that is not set is refused with the command that sets it', async () => {
    const body = spec('stall', 8013, '    secrets: [DB_PASSWORD]\n')
    const refused = await ask('POST', 'v2/apps', body)
    expect([refused.status, refused.body.error.message]).toEqual([
      400,
      expect.stringContaining('secrets set stall DB_PASSWORD'),
    ])
    await writeFile(join(folder, 'password'), 'a long one')
    await writeFile(join(folder, 'stall.yml'), body)
    await expect(nanofleet('deploy', './stall.yml')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the secret DB_PASSWORD of stall is not set'),
    })
    await nanofleet('secrets', 'set', 'stall', 'DB_PASSWORD', '--from-file', 'password')
    expect((await nanofleet('deploy', './stall.yml')).stdout).toMatch(/stall +stall +1\/1/)
    await nanofleet('teardown', 'stall', '--yes')
    await nanofleet('secrets', 'rm', 'stall', '--all', '--yes')
  }, 900_000)

  it('with data is removed only when somebody says what becomes of it', async () => {
    const table = 'resources: {Resources: {Orders: {Type: AWS::SQS::Queue}}}\n'
    const first = await ask('POST', 'v2/apps', spec('till', 8013, table), { 'idempotency-key': 'one' })
    expect(first.status).toBe(201)
    const reused = await ask('POST', 'v2/apps', spec('till', 8014, table), { 'idempotency-key': 'one' })
    expect([reused.status, reused.body.error.name]).toEqual([422, 'KeyReused'])
    await api.untilState('till', 'running', 300)
    const refused = await ask('DELETE', 'v2/apps/till')
    expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringContaining('Orders')])
    expect((await ask('DELETE', 'v2/apps/till?deleteData=Orders')).status).toBe(202)
    await api.untilState('till', '404', 300)
    const replayed = await ask('POST', 'v2/apps', spec('till', 8013, table), { 'idempotency-key': 'one' })
    expect([replayed.status, replayed.body.execution.arn]).toEqual([200, first.body.execution.arn])
  }, 900_000)

  it.each([
    ['', 400, /the file is empty/],
    ['[1]', 400, /is not an object/],
    ['null', 400, /the file is empty/],
    [Uint8Array.of(0xff, 0xfe, 0x00), 400, /is not text in UTF-8/],
    ['{"app":"a","app":"b"}', 400, /is there twice/],
    ['{"__proto__":{"x":1}}', 400, /nothing may have this name/],
    ['['.repeat(100_000), 400, /is nested more than 64 deep/],
    [
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      400,
      /aliases/,
    ],
    [`app: "${'x'.repeat(1024 * 1024 - 6)}"`, 413, /are allowed/],
  ])('is refused in one sentence when the body is strange (%#)', async (body, status, words) => {
    const answer = await ask('POST', 'v2/apps', body)
    expect(answer.status).toBe(status)
    expect(answer.body.error.message).toMatch(words)
  })

  it('of one megabyte is read', async () => {
    const big = `{"app":"a","services":{"a":{"image":"web/web","env":{"A":"${'x'.repeat(1024 * 1024 - 100)}"}}}}`
    const answer = await ask('POST', 'v2/apps', big)
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining('services.a')])
  })

  it('is closed to a principal without both permissions, and to one who does not sign', async () => {
    const region = regionOf(context)
    const iam = (Action: string, more: Record<string, string>) =>
      queryAsRoot(region, 'iam', { Action, Version: '2010-05-08', UserName: 'stranger', ...more })
    await iam('CreateUser', {})
    const made = await iam('CreateAccessKey', {})
    const [, accessKeyId = ''] = /<AccessKeyId>(.+?)</.exec(made) ?? []
    const [, secretAccessKey = ''] = /<SecretAccessKey>(.+?)</.exec(made) ?? []
    const keys = { accessKeyId, secretAccessKey }
    const forbidden = { Message: expect.stringMatching(/^Forbidden\. For troubleshooting Function URL/) }
    const allow = (actions: string[]) =>
      iam('PutUserPolicy', {
        PolicyName: 'url',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
        }),
      })
    try {
      expect(await ask('GET', 'v2/apps', undefined, {}, keys)).toEqual({ status: 403, body: forbidden })
      await allow(['lambda:InvokeFunctionUrl'])
      expect((await ask('GET', 'v2/apps', undefined, {}, keys)).status).toBe(403)
      await allow(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'])
      expect((await ask('GET', 'v2/apps', undefined, {}, keys)).status).toBe(200)
      const wrong = { ...keys, secretAccessKey: 'x'.repeat(40) }
      expect((await ask('GET', 'v2/apps', undefined, {}, wrong)).status).toBe(403)
      expect(await api.send('GET', new URL('v2/apps', url), {})).toEqual({ status: 403, body: forbidden })
    } finally {
      await iam('DeleteUserPolicy', { PolicyName: 'url' }).catch(() => undefined)
      await iam('DeleteAccessKey', { AccessKeyId: accessKeyId })
      await iam('DeleteUser', {})
    }
  }, 180_000)

  it('is answered to curl, which signs by itself', async () => {
    const { accessKeyId, secretAccessKey } = regionOf(context).credentials
    const { stdout } = await run('curl', [
      ...['--silent', '--aws-sigv4', `aws:amz:${regionOf(context).region}:lambda`],
      ...['--user', `${accessKeyId}:${secretAccessKey}`, `${url}v2/apps/kiosk`],
    ])
    expect(JSON.parse(stdout)).toMatchObject({ app: 'kiosk', state: 'running' })
  })

  it('is removed by the command, as any other', async () => {
    const { stdout } = await nanofleet('teardown', 'kiosk', '--yes')
    expect(stdout).toContain('kiosk is gone')
  }, 600_000)
})
