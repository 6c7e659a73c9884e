import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { readYaml } from '../../core/base/yaml-document.ts'
import { appTemplates } from '../../core/template/app-templates.ts'
import { ownTypes } from '../../core/template/own-resources.ts'
import { parsedApp } from '../../core/template/parsed-app.ts'
import { SAMPLE_STAGES } from '../../scripts/sample-stages.ts'
import { ROOT, repositoryApps } from '../apps/apps.ts'

interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
}

interface Handlers {
  types: Record<string, { handlers: Record<string, Record<string, string | null>> }>
}

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const { types } = JSON.parse(text('local/region/cloudformation/handlers.json')) as Handlers
const roles = readYaml(text('resources/roles/stacks.yml'), 'stacks.yml', CLOUDFORMATION_TAGS).value as {
  Resources: {
    StackRole: { Properties: { Policies: { PolicyDocument: { Statement: Statement[] } }[] } }
  }
}
const statements = roles.Resources.StackRole.Properties.Policies.flatMap(
  ({ PolicyDocument }) => PolicyDocument.Statement,
)
const allowed = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => [Action].flat())
const covers = (pattern: string, action: string) =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action

const listed = Object.entries(types).flatMap(([type, { handlers }]) =>
  Object.entries(handlers).flatMap(([verb, actions]) =>
    Object.entries(actions).map(([action, reason]) => ({ type, verb, action, reason })),
  ),
)

/** What no schema lists and the role needs all the same, with the page that says so. */
const BESIDE: Record<string, string> = {
  'ec2:DeleteLaunchTemplateVersions': 'an update of a launch template may take old versions away',
  'ec2:GetLaunchTemplateData': 'Control Amazon EC2 launch template usage in Auto Scaling groups',
  'ec2:ModifyLaunchTemplate': 'an update of a launch template sets the default version',
}

describe('the role that makes the stacks of apps', () => {
  it('has every permission that a handler of its types asks for, those with a reason aside', () => {
    const missing = listed.filter(
      ({ action, reason }) => reason === null && !allowed.some((pattern) => covers(pattern, action)),
    )
    expect(missing).toEqual([])
  })

  it('has none that no handler asks for', () => {
    const idle = allowed.filter(
      (pattern) =>
        !(pattern in BESIDE) &&
        !listed.some(({ action, reason }) => reason === null && covers(pattern, action)),
    )
    expect(idle).toEqual([])
  })

  it('has a row for every type that our templates make or an app may have', async () => {
    const made = (await repositoryApps()).flatMap((bundle) =>
      SAMPLE_STAGES.flatMap((stage) => {
        const { own, services } = appTemplates(parsedApp(bundle), stage)
        return [own, ...Object.values(services)].flatMap(({ Resources }) => Object.values(Resources))
      }),
    )
    // No app here has a schedule.
    const scheduled = 'AWS::Scheduler::Schedule'
    const wanted = new Set([...made.map(({ Type }) => Type), ...ownTypes('platform'), scheduled])
    expect(Object.keys(types)).toEqual([...wanted].sort())
  })
})
