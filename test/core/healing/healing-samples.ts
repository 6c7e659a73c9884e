import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { serviceStack, TAG } from '../../../core/base/names.ts'
import type { GroupFacts, Judged } from '../../../core/healing/judge.ts'
import type { Member } from '../../../core/healing/members.ts'
import { instance } from '../registration/difference-evidence.ts'

export const NOW = new Date('2026-01-01T12:00:00Z')
export const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000)
export const groupOf = (service: string) => serviceStack('test', 'shop', service)

/** A member that is well and has run for an hour. */
export const member = (instanceId: string, service = 'web', other: Partial<Member> = {}): Member => ({
  instanceId,
  group: groupOf(service),
  owner: '10.0.0.1',
  failing: [],
  passing: true,
  output: '',
  registered: ago(3600).getTime(),
  usual: 60,
  ...other,
})
export const sick = (instanceId: string, service = 'web', other: Partial<Member> = {}): Member =>
  member(instanceId, service, { failing: [service], passing: false, output: 'HTTP 503', ...other })

export const facts = (members: Member[], other: Partial<GroupFacts> = {}): GroupFacts => ({
  serving: members.map(({ instanceId }) => instanceId),
  moving: 0,
  suspended: false,
  ...other,
})

/** A look at these members, of whom those that fail have done so for five minutes. */
export function judged(members: Member[], other: Partial<Judged> & { doubt?: string } = {}): Judged {
  const { doubt, ...rest } = other
  const groups = Map.groupBy(members, ({ group }) => group)
  return {
    now: NOW,
    stage: 'test',
    observation: { members, doubt },
    record: {
      version: 7,
      at: ago(60).toISOString(),
      sick: Object.fromEntries(
        members.map(({ instanceId }) => [instanceId, { since: ago(300).toISOString() }]),
      ),
      groups: {},
    },
    groups: new Map([...groups].map(([name, all]) => [name, facts(all)])),
    startSeconds: 300,
    ...rest,
  }
}

/** An instance of the service web of the app shop as EC2 shows it. */
export const running = (id: string) => {
  const own = { [TAG.stage]: 'test', [TAG.app]: 'shop', [TAG.service]: 'web' }
  return instance(id, { tags: { ...instance(id).tags, ...own } })
}
export const critical: Partial<CatalogEntry> = { status: 'critical', output: 'HTTP 503' }
