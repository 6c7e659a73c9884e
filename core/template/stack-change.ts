import { canonicalJson } from '../base/canonical.ts'
import type { Resource, Template } from '../base/cloudformation.ts'
import { variableChanges, withoutUserData } from './variable-changes.ts'

export interface Change {
  action: 'create' | 'update' | 'unchanged'
  /** One phrase each, for the plan. */
  reasons: string[]
}

/** A stack as it is now. */
export interface StandingStack {
  status: string
  template: Template
  parameters: Record<string, string>
}

/** A number that grows with every release is not a change in itself. */
const IGNORED = 'Release'

/** What applying a template with these parameters to a stack would do. */
export function stackChange(
  standing: StandingStack | undefined,
  wanted: { template: Template; parameters: Record<string, string> },
): Change {
  if (!standing) return { action: 'create', reasons: ['it does not exist'] }
  const reasons = [
    ...unfinished(standing.status),
    ...parameterReasons(standing.parameters, wanted.parameters),
    ...templateReasons(standing.template, wanted.template),
  ]
  return { action: reasons.length > 0 ? 'update' : 'unchanged', reasons }
}

function unfinished(status: string): string[] {
  const settled = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/
  return settled.test(status) ? [] : [`its last change did not end well (${status})`]
}

function parameterReasons(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys({ ...before, ...after })
    .filter((name) => name !== IGNORED && before[name] !== after[name])
    .map((name) => {
      if (!(name in after)) return `${name} is not needed any more`
      return name in before ? `${name}: ${before[name]} → ${after[name]}` : `${name}: ${after[name]}`
    })
}

const FATE = { new: 'is new', gone: 'goes', changed: 'changes' }

/** Who may reach whom is told elsewhere, and a service has a dozen of these. */
const RULE = /^AWS::EC2::SecurityGroup(Ingress|Egress)$/

function ruleReason(names: string[], fate: keyof typeof FATE): string {
  if (names.length === 1) return `${names[0]} ${FATE[fate]}`
  return `${names.length} rules of security groups ${{ new: 'are new', gone: 'go', changed: 'change' }[fate]}`
}

/** Variables are told one by one, as they are what people change. */
function launchReasons(name: string, old: Resource, young: Resource): string[] {
  const same = canonicalJson(withoutUserData(old)) === canonicalJson(withoutUserData(young))
  const told = variableChanges(old, young)
  return same && told.length > 0 ? told : [...told, `${name} ${FATE.changed}`]
}

function templateReasons(before: Template, after: Template): string[] {
  const rules = { new: [] as string[], gone: [] as string[], changed: [] as string[] }
  const reasons = Object.keys({ ...before.Resources, ...after.Resources }).flatMap((name) => {
    const [old, young] = [before.Resources[name], after.Resources[name]]
    if (old && young && canonicalJson(old) === canonicalJson(young)) return []
    if (old && young && young.Type === 'AWS::EC2::LaunchTemplate') return launchReasons(name, old, young)
    const fate = !old ? 'new' : !young ? 'gone' : 'changed'
    if (!RULE.test((young ?? old)?.Type ?? '')) return [`${name} ${FATE[fate]}`]
    rules[fate].push(name)
    return []
  })
  for (const [fate, names] of Object.entries(rules) as [keyof typeof FATE, string[]][])
    if (names.length > 0) reasons.push(ruleReason(names, fate))
  const { Resources: _before, ...rest } = before
  const { Resources: _after, ...others } = after
  return canonicalJson(rest) === canonicalJson(others)
    ? reasons
    : [...reasons, 'outputs or parameters change']
}
