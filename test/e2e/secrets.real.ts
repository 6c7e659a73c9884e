import { createHash } from 'node:crypto'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { settingParameter } from '../../core/base/settings.ts'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { instanceCredentials } from '../iam/instance-credentials.ts'
import { removeApp } from '../live/apps.ts'
import { Command, withInput } from '../live/cli.ts'
import { everyText } from '../live/every-text.ts'
import { clientSettings, regionOf, withWeb } from '../live/stage.ts'
import { LANGUAGES, pushVault } from '../live/vault.ts'
import { endState, run, runToEnd } from '../live/workflows.ts'

/** Values that are nowhere else in the world. */
const FIRST = 'first-QzV3bGx5LW9uZQ'
const SECOND = 'second-QzV3bGx5LXR3bw'
const OWN = 'own-QzV3bGx5LW93bg'
/** Most wait for a run or for a busy machine. */
const nanofleet = (...args: string[]) => new Command(args).end(240)
const listed = async () => JSON.parse((await nanofleet('secrets', 'list', 'vault', '--json')).out) as unknown
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('the secrets of an app', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await pushVault(context)
  }, 600_000)
  afterAll(async () => {
    await removeApp(context, 'vault')
    await nanofleet('secrets', 'rm', 'vault', '--all', '--yes')
    await nanofleet('env', 'rm', 'vault', '--all')
  }, 400_000)

  const set = async (value: string, ...words: string[]) =>
    await withInput(value, 'secrets', 'set', 'vault', ...words)
  const instances = async (service: string) =>
    (await serviceInstances(regionOf(context), 'vault', service)).map(({ instanceId }) => instanceId)
  /** What a service answers: digests of SHARED and ONE, LEVEL, how many changes it was told of. */
  const answer = async (service: string): Promise<string[]> => {
    const row = (await appStatus(context, 'vault')).find((one) => one.service === service)
    const { body } = await throughGateway(row?.url ?? '')
    return body.toString().split(' ')
  }

  it('stop a deployment that would lack them, with the command that sets each', async () => {
    const refused = await run(context, 'deploy', { app: 'vault' }, 400)
    expect(refused).toMatchObject({ status: 'FAILED', error: 'InvalidInput' })
    expect(refused.cause).toContain(
      'vault: the secret SHARED of go, java, js, python, ts is not set on stage local; set it with "nanofleet secrets set vault SHARED"',
    )
    expect(await endState(context, refused.arn)).toBe('FailureClean')
    // The command says so before it starts anything.
    expect(await nanofleet('deploy', 'vault', '--no-push')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('set it with "nanofleet secrets set vault ONE"'),
    })
    const dry = await nanofleet('deploy', 'vault', '--no-push', '--dry-run')
    expect(dry.out).toContain('the secret ONE of go, java, js, python, ts is not set')
  }, 600_000)

  it('are set from standard input, and reach a program in each language', async () => {
    expect(await set(`${FIRST}\n`, 'SHARED')).toMatchObject({
      code: 0,
      out: 'SHARED of vault is set, version 1; running instances take it up within a minute or so\n',
    })
    expect(await set(FIRST, 'ONE')).toMatchObject({ code: 0 })
    expect(await set(OWN, 'ts', 'ONE')).toMatchObject({ code: 0 })
    await runToEnd(context, 'deploy', { app: 'vault' }, 400)
    for (const language of LANGUAGES)
      expect([language, await answer(language)]).toEqual([
        language,
        [sha256(FIRST), sha256(language === 'ts' ? OWN : FIRST), 'info', '0'],
      ])
  }, 600_000)

  it('are taken up by running programs when they change', async () => {
    const before = await Promise.all(LANGUAGES.map(instances))
    expect(await set(SECOND, 'SHARED')).toMatchObject({ code: 0 })
    for (const language of LANGUAGES)
      await until(`the new secret in ${language}`, 120, async () => {
        const [shared, , , changes] = await answer(language)
        return shared === sha256(SECOND) && changes === '1' ? true : undefined
      })
    expect(await Promise.all(LANGUAGES.map(instances))).toEqual(before)
  }, 300_000)

  it('are listed by name, version and reader, and set only for services that exist', async () => {
    const { out } = await nanofleet('secrets', 'list', 'vault')
    expect(out).toMatch(/^ONE +all +1 +\S+ \S+ +root +go, java, js, python$/m)
    expect(out).toMatch(/^SHARED +all +2 +\S+ \S+ +root +go, java, js, python, ts$/m)
    expect(out).toMatch(/^ONE +ts +1 +\S+ \S+ +root +ts$/m)
    expect(await listed()).toContainEqual({
      name: 'ONE',
      service: 'ts',
      set: { version: 1, at: expect.any(String), by: expect.stringMatching(/:root$/) },
      readBy: ['ts'],
      soonReadBy: [],
    })
    expect(await set('x', 'pyton', 'ONE')).toMatchObject({
      code: 2,
      err: expect.stringContaining('vault has no service "pyton"; did you mean "python"?'),
    })
    expect(await withInput('x', 'secrets', 'set', 'valut', 'ONE')).toMatchObject({ code: 3 })
  }, 300_000)

  it('of a service are read by its own instances, and by no other role', async () => {
    const read = async (service: string, ...names: { service?: string; name: string }[]) => {
      const [instance] = await serviceInstances(regionOf(context), 'vault', service)
      const credentials = await instanceCredentials(instance?.privateIp ?? '')
      const client = new SSMClient({ ...clientSettings(context), credentials })
      const Names = names.map((name) => settingParameter('secrets', context.stage, 'vault', name))
      const { Parameters = [] } = await client.send(new GetParametersCommand({ Names, WithDecryption: true }))
      return Parameters.map(({ Value = '' }) => Value)
    }
    const own = { service: 'ts', name: 'ONE' }
    expect(await read('ts', own)).toEqual([OWN])
    await expect(read('js', own)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(read('js', { name: 'SHARED' }, own)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(read('js', { name: 'OTHER' })).rejects.toMatchObject({ name: 'AccessDeniedException' })
  }, 120_000)

  it('are asked for before they go while a release reads them', async () => {
    const refused = await nanofleet('secrets', 'rm', 'vault', 'SHARED')
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining('release 1, which runs, reads SHARED'),
    })
    expect(await nanofleet('secrets', 'rm', 'vault', 'OTHER')).toMatchObject({ code: 3 })
    expect(await nanofleet('secrets', 'rm', 'vault', 'ts', 'ONE', '--yes')).toMatchObject({
      code: 0,
      out: 'ONE of vault/ts is deleted\n',
    })
    await until('the secret of the app in ts', 120, async () =>
      (await answer('ts'))[1] === sha256(FIRST) ? true : undefined,
    )
  }, 300_000)

  it('leave what variables there are alone, which change with a deployment and come back with a release', async () => {
    expect(await nanofleet('env', 'set', 'vault', 'js', 'LEVEL=debug')).toMatchObject({
      code: 0,
      out: 'LEVEL of vault/js is "debug"\nfrom the next deployment on: nanofleet deploy vault\n',
    })
    expect(await nanofleet('env', 'set', 'vault', 'js', 'SHARED=x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('services.js.secrets.SHARED: is in env too'),
    })
    const { out } = await nanofleet('env', 'list', 'vault', 'js')
    expect(out).toMatch(/^js +LEVEL +debug +env set +info$/m)
    expect(out).toMatch(/^js +PORT +8080 +config\.json +yes$/m)
    const images = async () => (await context.releases().current('vault'))?.services.js?.imageId
    const before = await images()
    const dry = await nanofleet('deploy', 'vault', '--no-push', '--dry-run')
    expect(dry.out).toMatch(/update +vault\/js +1 × ami-\S+ +env LEVEL: info → debug$/m)
    expect(dry.out).toContain('js: LEVEL is "debug" as set by env, not "info"')
    expect(dry.out).toMatch(/keep +vault\/go/)
    await runToEnd(context, 'deploy', { app: 'vault' }, 400)
    expect([(await answer('js'))[2], (await answer('go'))[2], await images()]).toEqual([
      'debug',
      'info',
      before,
    ])
    expect((await nanofleet('releases', 'vault')).out).toContain('js: env LEVEL: info → debug')
    await runToEnd(context, 'deploy', { app: 'vault', release: 1 }, 400)
    expect((await answer('js'))[2]).toBe('info')
    expect(await nanofleet('env', 'rm', 'vault', 'js', 'LEVEL')).toMatchObject({ code: 0 })
    expect(await nanofleet('env', 'rm', 'vault', 'js', 'LEVEL')).toMatchObject({ code: 3 })
  }, 600_000)

  it('are nowhere but in Parameter Store', async () => {
    const values = [FIRST, SECOND, OWN]
    const texts = await everyText(context)
    expect(texts.size).toBeGreaterThan(20)
    for (const [place, text] of texts)
      expect([place, values.filter((value) => text.includes(value))]).toEqual([place, []])
  }, 300_000)

  it('stay when the app goes, and say so', async () => {
    const gone = await nanofleet('teardown', 'vault', '--yes')
    expect(gone).toMatchObject({
      code: 0,
      err: expect.stringContaining(
        'Its secrets stay (ONE, SHARED); "nanofleet --stage local secrets rm vault --all"',
      ),
    })
    expect(await nanofleet('secrets', 'rm', 'vault', '--all')).toMatchObject({ code: 0 })
    // The app that was pushed last still asks for them.
    const left = (await listed()) as { version?: number }[]
    expect(left.flatMap(({ version }) => version ?? [])).toEqual([])
  }, 400_000)
})
