import { canonicalJson } from '../base/canonical.ts'
import type { Resource } from '../base/cloudformation.ts'

const SECRETS = 'NANOFLEET_SECRETS'

/** Longer values would hide what else a plan says. */
const SHOWN = 60

/** What a launch template hands to programs: variables, and as `secret <name>` where secrets are. */
function variables(template: Resource): Map<string, string> {
  const data = Object(Object(template.Properties).LaunchTemplateData)
  const [, lines = []] = (Object(Object(data.UserData)['Fn::Base64'])['Fn::Join'] ?? []) as [
    string,
    unknown[],
  ]
  return new Map(lines.flatMap((line) => entries(text(line))))
}

/** A reference is shown by the name that it has in the template. */
function text(line: unknown): string {
  if (typeof line === 'string') return line
  const [[kind = '', inner] = []] = Object.entries(Object(line))
  if (kind === 'Fn::Join') return (inner as [string, unknown[]])[1].map(text).join('')
  return typeof inner === 'string' ? (kind === 'Ref' ? `{${inner}}` : inner) : canonicalJson(line)
}

function entries(line: string): [string, string][] {
  const at = line.indexOf('=')
  const [name, value] = [line.slice(0, at), line.slice(at + 1)]
  if (name !== SECRETS) return [[`env ${name}`, value]]
  return value
    .split(',')
    .flatMap((one) => entries(one).map(([, place]) => [`secret ${one.split('=')[0]}`, place]))
}

/** What of a launch template differs in words, one phrase for each variable and secret. */
export function variableChanges(before: Resource, after: Resource): string[] {
  const [old, young] = [variables(before), variables(after)]
  return [...new Set([...old.keys(), ...young.keys()])].sort().flatMap((name) => {
    const [was, is] = [old.get(name), young.get(name)]
    if (was === is) return []
    if (is === undefined) return [`${name} goes`]
    if (name.startsWith('secret ')) return [`${name} ${was === undefined ? 'is new' : 'changes'}`]
    return was === undefined ? [`${name}: ${shown(is)}`] : [`${name}: ${shown(was)} → ${shown(is)}`]
  })
}

const shown = (value: string): string => (value.length > SHOWN ? `${value.slice(0, SHOWN - 1)}…` : value)

/** A launch template without its user data, to see whether anything else differs. */
export function withoutUserData(template: Resource): unknown {
  const { LaunchTemplateData, ...properties } = Object(template.Properties)
  const { UserData: _data, ...rest } = Object(LaunchTemplateData)
  return { ...template, Properties: { ...properties, LaunchTemplateData: rest } }
}
