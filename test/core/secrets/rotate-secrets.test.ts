import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceRefusal } from '../../../core/base/errors.ts'
import {
  allRegistered,
  type Marks,
  ROTATION,
  type RotationStep,
  rotated,
  secretsTaken,
} from '../../../core/secrets/rotate-secrets.ts'
import {
  authorities,
  ROTATED,
  type SecretMaker,
  type SecretName,
  secretsFingerprint,
} from '../../../core/secrets/secrets.ts'
import { CALM } from '../../support/calm-report.ts'
import { FakeCatalog } from '../../support/fake-catalog.ts'

/** Counts instead of rolling dice. */
function counting(): SecretMaker {
  let made = 0
  const next = (): string => {
    made += 1
    return `new-${made}`
  }
  return { gossipKey: next, token: next, authority: () => authority(next()) }
}

/** PEM texts, as far as a rotation looks at them. */
const authority = (name: string) => ({
  key: `-----BEGIN PRIVATE KEY-----\n${name.replace('-', '')}key\n-----END PRIVATE KEY-----\n`,
  certificate: `-----BEGIN CERTIFICATE-----\n${name.replace('-', '')}\n-----END CERTIFICATE-----\n`,
})
const { key, certificate } = authority('old')

const old = new Map<SecretName, string>(ROTATED.map((name) => [name, `old-${name}`]))
  .set('ca', key + certificate)
  .set('ca-certificate', certificate)

/** The secrets after these steps. */
function secretsAfter(...steps: RotationStep[]): Map<SecretName, string> {
  const maker = counting()
  let [secrets, marks]: [Map<SecretName, string>, Marks] = [old, {}]
  for (const step of steps) ({ secrets, marks } = rotated(secrets, step, marks, maker))
  return secrets
}

/** The values of the DNS token after these steps. */
const dnsTokenAfter = (...steps: RotationStep[]): string | undefined =>
  secretsAfter(...steps)
    .get('dns-token')
    ?.replaceAll(/new-\d+/g, 'new')

describe('a rotation of secrets', () => {
  it('puts new values beside the old ones, uses them, and then drops the old ones', () => {
    expect(dnsTokenAfter('add')).toBe('old-dns-token\nnew')
    expect(dnsTokenAfter('add', 'use')).toBe('new\nold-dns-token')
    expect(dnsTokenAfter('add', 'use', 'drop')).toBe('new')
    expect(
      secretsAfter('add')
        .get('ca')
        ?.replace(/new\d+/g, 'new'),
    ).toBe(key + certificate + authority('new').key + authority('new').certificate)
  })

  it('ends the same when a step is repeated, as Step Functions does when an answer is lost', () => {
    expect(dnsTokenAfter('add', 'use', 'use', 'drop', 'drop')).toBe('new')
    const maker = counting()
    const lost = rotated(old, 'add', {}, maker)
    const again = rotated(lost.secrets, 'add', {}, maker)
    const used = rotated(again.secrets, 'use', again.marks, maker)
    const done = rotated(used.secrets, 'drop', used.marks, maker)
    for (const name of ROTATED.filter((each) => each !== 'ca'))
      expect(done.secrets.get(name)).toMatch(/^new-\d+$/)
    expect(authorities(done.secrets.get('ca') ?? '')).toHaveLength(1)
  })

  it('trusts a new authority before it signs, and the old one until every server shows the new one', () => {
    const names = (secrets: Map<SecretName, string>, name: SecretName) =>
      secrets.get(name)?.match(/^(old|new\d+)(key)?$/gm)
    const fresh = names(secretsAfter('add'), 'ca-certificate')?.[1]
    expect(fresh).toMatch(/^new\d+$/)
    expect(names(secretsAfter('add'), 'ca')).toEqual(['oldkey', 'old', `${fresh}key`, fresh])
    expect(names(secretsAfter('add'), 'ca-certificate')).toEqual(['old', fresh])
    expect(names(secretsAfter('add', 'use'), 'ca')).toEqual([`${fresh}key`, fresh, 'oldkey', 'old'])
    expect(names(secretsAfter('add', 'use'), 'ca-certificate')).toEqual([fresh, 'old'])
    expect(names(secretsAfter('add', 'use', 'drop'), 'ca')).toEqual([`${fresh}key`, fresh])
    expect(names(secretsAfter('add', 'use', 'drop'), 'ca-certificate')).toEqual([fresh])
  })

  it.each(ROTATION)(
    'keeps the value in use valid through a rotation that follows one stopped after %s',
    (last) => {
      const maker = counting()
      let [secrets, marks]: [Map<SecretName, string>, Marks] = [old, {}]
      for (const step of ROTATION.slice(0, ROTATION.indexOf(last) + 1))
        ({ secrets, marks } = rotated(secrets, step, marks, maker))
      const inUse = secrets.get('gossip-key')?.split('\n')[0] ?? ''
      const begun = rotated(secrets, 'add', {}, maker)
      expect(begun.secrets.get('gossip-key')?.split('\n')[0]).toBe(inUse)
      const used = rotated(begun.secrets, 'use', begun.marks, maker)
      expect(used.secrets.get('gossip-key')?.split('\n')).toContain(inUse)
      expect(rotated(used.secrets, 'drop', used.marks, maker).secrets.get('gossip-key')).toMatch(/^new-\d+$/)
    },
  )

  it('gives no value away in what travels through the workflow', () => {
    const { secrets, marks } = rotated(old, 'add', {}, counting())
    for (const mark of Object.values(marks)) expect(mark).toMatch(/^[0-9a-f]{12}$/)
    const text = JSON.stringify(marks)
    for (const values of secrets.values())
      for (const value of values.split('\n').filter(Boolean)) expect(text).not.toContain(value)
  })

  it('does not begin without secrets, nor go on with those of somebody else', () => {
    expect(() => rotated(new Map(), 'add', {}, counting())).toThrow('deploy it before')
    expect(() => rotated(old, 'use', { 'gossip-key': 'another' }, counting())).toThrow(
      'start the rotation again',
    )
  })
})

describe('the look whether servers have taken secrets over', () => {
  const servers = [
    { instanceId: 'i-1', address: '10.0.0.1' },
    { instanceId: 'i-2', address: '10.0.0.2' },
  ]
  const setUp = (...reports: [string, string][]) => {
    const catalog = new FakeCatalog(servers)
    for (const [id, report] of reports) catalog.reports.set(id, report)
    return { catalog, servers: () => Promise.resolve(servers) }
  }
  const now = secretsFingerprint(old)

  it('names those that have not, also one that never reported', async () => {
    expect(await secretsTaken(setUp(['i-1', now], ['i-2', now]), old)).toEqual({ ready: true, why: '' })
    expect(await secretsTaken(setUp(['i-1', now], ['i-2', 'before']), old)).toMatchObject({ why: 'i-2' })
    expect(await secretsTaken(setUp(), old)).toEqual({ ready: false, why: 'i-1, i-2' })
  })

  it('asks another server when one does not answer', async () => {
    const ports = setUp(['i-1', now], ['i-2', now])
    ports.catalog.kill(servers[0] as ConsulServer)
    expect((await secretsTaken(ports, old)).ready).toBe(true)
  })

  it('waits while no server answers, and gives up when it is refused or there is none', async () => {
    const ports = setUp(['i-1', now], ['i-2', now])
    for (const server of servers) ports.catalog.kill(server)
    expect((await secretsTaken(ports, old)).ready).toBe(false)
    ports.catalog.fault = () => new ServiceRefusal('Permission denied')
    await expect(secretsTaken(ports, old)).rejects.toThrow('Permission denied')
    await expect(secretsTaken({ ...ports, servers: () => Promise.resolve([]) }, old)).rejects.toThrow(
      'deploy the platform',
    )
  })
})

describe('the look whether everything is registered again', () => {
  it.each([
    ['nothing was left to put', {}, true],
    ['an entry has just been put', { registered: 1 }, false],
    ['an instance waits for its server', { waiting: ['i-1'] }, false],
    ['a call failed', { failed: [{ instanceId: 'i-1', problem: 'no' }] }, false],
    ['something could not be read', { problems: ['no'] }, false],
  ])('says of a round in which %s', (_what, changes, ready) => {
    const look = allRegistered({ ...CALM, ...changes })
    expect(look.ready).toBe(ready)
    expect(look.why === '').toBe(ready)
  })

  it('gives the first five reasons', () => {
    expect(allRegistered({ ...CALM, problems: ['a', 'b', 'c', 'd', 'e', 'f'] }).why).toBe('a; b; c; d; e')
  })
})
