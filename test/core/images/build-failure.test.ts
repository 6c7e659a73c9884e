import { describe, expect, it } from '@jest/globals'
import { buildIdIn, explainBuild } from '../../../core/images/build-failure.ts'

const ID = 'nanofleet-dev-image:a433f0e6-2dae-427e-bf9f-d619d3c8d813'

describe('the cause of a build that failed', () => {
  it.each([
    [`{"Build":{"Id":"${ID}","Arn":"arn:aws:codebuild:eu-west-1:1:build/${ID}"}}`, ID],
    [`{"Build": {"Id": "${ID}", "BuildStatus": "FAILED"`, ID],
    [
      `{"Build":{"Arn":"arn:aws:codebuild:eu-west-1:1:build/${ID}","Artifacts":{"Location":"${'x'.repeat(1900)}`,
      ID,
    ],
    ['User: arn is not authorized to perform: codebuild:StartBuild', undefined],
  ])('%s names the build %s', (cause, id) => {
    expect(buildIdIn(cause)).toBe(id)
  })
})

describe('the sentence about a build that failed', () => {
  const build = { id: ID, status: 'FAILED', phase: 'BUILD', message: 'exit status 1', log: [] as string[] }

  it('quotes the last words of the programs, not those of the runner', () => {
    const log = [
      '[Container] 2026/01/01 00:00:00 Running command set -e',
      'main.go:3: undefined: x',
      '',
      ' \n',
      '[Container] Command did not exit successfully set -e\nnode build.mjs exit status 1',
    ]
    expect(explainBuild({ ...build, log })).toBe(
      `the build failed in phase BUILD: main.go:3: undefined: x (CodeBuild ${ID})`,
    )
  })

  it.each([
    [
      '/home/me/shop/.nanofleet/local/builds/a433f0e6-2dae/source/apps/web/main.ts:3:5: error',
      'apps/web/main.ts:3:5: error',
    ],
    ['../../../tmp/x/images/web/web/Dockerfile: no such file', 'images/web/web/Dockerfile: no such file'],
    [
      'at run (/codebuild/output/src12/src/buildspecs/compile.mjs:1:2)',
      'at run (buildspecs/compile.mjs:1:2)',
    ],
    ['apps/web/main.ts: bad', 'apps/web/main.ts: bad'],
    ['cannot open /etc/apps.conf', 'cannot open /etc/apps.conf'],
  ])('names files by their place in the repository: %s', (line, told) => {
    expect(explainBuild({ ...build, log: [line] })).toContain(`BUILD: ${told} (`)
  })

  it.each([
    [{ status: 'TIMED_OUT' }, 'the build took too long in phase BUILD: exit status 1'],
    [{ status: 'STOPPED', message: '' }, 'the build was stopped in phase BUILD: it wrote no log'],
  ])('tells %j', (extra, sentence) => {
    expect(explainBuild({ ...build, ...extra })).toContain(sentence)
  })

  it('quotes the last three of them, and 400 characters at most', () => {
    expect(explainBuild({ ...build, log: ['a', 'b', 'c', 'd'] })).toContain('BUILD: b / c / d (')
    expect(explainBuild({ ...build, log: ['x'.repeat(500)] })).toContain(`BUILD: ${'x'.repeat(400)} (`)
  })

  it('stays short however much the build said', () => {
    expect(explainBuild({ ...build, log: ['x'.repeat(10_000)] }).length).toBeLessThan(600)
  })
})
