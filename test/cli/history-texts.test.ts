import { describe, expect, it } from '@jest/globals'
import { executionsText, foldRuns } from '../../cli/text/executions-text.ts'
import { bringsBack, releasesText } from '../../cli/text/releases-text.ts'
import { timelineText } from '../../cli/text/timeline-text.ts'
import type { ListedRelease } from '../../core/deploy/release-list.ts'
import type { Happening } from '../../core/timeline/happening.ts'
import { runOf } from './runs.ts'

const release = (number: number, image: string, more: Partial<ListedRelease> = {}): ListedRelease => ({
  release: number,
  at: `2026-01-0${number}T12:00:00.000Z`,
  execution: `shop-${number}`,
  current: false,
  services: { web: image, db: 'ami-9' },
  changes: [`web: ami-0 → ${image}`],
  ...more,
})

describe('the releases of an app', () => {
  it('are listed newest first with what they changed; the one that runs is marked', () => {
    const listed = [
      release(1, 'ami-1', { changes: [] }),
      release(2, 'ami-2'),
      release(3, 'ami-1', { current: true, sameAs: 1 }),
    ]
    expect(releasesText(listed)).toBe(
      [
        '   release  deployed (UTC)       what changed',
        '*  3        2026-01-03 12:00:00  as release 1; web: ami-0 → ami-1',
        '   2        2026-01-02 12:00:00  web: ami-0 → ami-2',
        '   1        2026-01-01 12:00:00  the oldest kept',
      ].join('\n'),
    )
  })

  it.each([
    ['ami-1', 'with web ami-1'],
    ['ami-2', 'with the same images'],
  ])('say what comes back: %s', (image, what) => {
    const target = release(1, image)
    expect(bringsBack('shop', [target, release(2, 'ami-2', { current: true })], target)).toBe(
      `shop: release 1 of 2026-01-01 12:00:00 comes back ${what}; release 2 goes`,
    )
  })
})

const happening = (more: Partial<Happening> = {}): Happening => ({
  at: '2026-01-01T03:00:04.250Z',
  source: 'consul',
  service: 'web',
  instance: 'i-1',
  text: 'leaves Consul',
  ...more,
})

describe('a timeline', () => {
  it('has a line for each and says below what is missing', () => {
    const happenings = [
      happening({ source: 'workflow', service: '', instance: '', text: 'deploy web' }),
      happening(),
    ]
    const lines = timelineText({ happenings, gaps: ['throttled'] }).split('\n')
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['time (UTC)', 'who', 'service', 'instance', 'what'],
      ['2026-01-01 03:00:04', 'workflow', '-', '-', 'deploy web'],
      ['2026-01-01 03:00:04', 'Consul', 'web', 'i-1', 'leaves Consul'],
      ['not complete: throttled'],
    ])
  })

  it('says that nothing happened', () => {
    expect(timelineText({ happenings: [], gaps: [] })).toBe(
      'Nothing happened; --since 7d looks further back.',
    )
  })
})

describe('the list of runs', () => {
  it('has their time in UTC', () => {
    expect(executionsText(foldRuns([runOf('deploy', 'shop-1', {}, 65)]))).toBe(
      'started (UTC)        workflow  status     took       name    with\n1970-01-01 00:00:00  deploy    succeeded  1 min 5 s  shop-1',
    )
  })

  it('has each below the one that started it, and why one failed', () => {
    const cause =
      'web: arn:aws:states:eu-west-1:000000000000:execution:nanofleet-dev-service:shop-1-web failed; release 4 is back'
    const runs = [
      runOf('service', 'shop-0-web', {}, 2),
      { ...runOf('deploy', 'shop-1', {}, 65, 'FAILED'), cause },
      runOf('build', 'shop-1-build', {}, 3),
      runOf('service', 'shop-1-web', {}, 60, 'FAILED'),
      runOf('service', 'shop-1-db', {}, 4),
      runOf('deploy', 'shop-1-platform', {}, 4),
      runOf('service', 'shop-1-platform-consul', {}, 4),
      runOf('build', 'shop-2', {}, 3),
    ]
    expect(executionsText(foldRuns(runs)).split('\n')).toEqual([
      'started (UTC)        workflow  status     took       name    with',
      '1970-01-01 00:00:00  deploy    failed     1 min 5 s  shop-1  build, 3 services, deploy',
      '  web: shop-1-web failed; release 4 is back',
      '  service failed after 1 min 0 s: shop-1-web',
      '1970-01-01 00:00:00  build     succeeded  3.0 s      shop-2',
    ])
  })
})
