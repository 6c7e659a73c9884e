import { canonicalJson } from '../base/canonical.ts'
import { type Resource, references, type Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import { didYouMean } from '../base/suggest.ts'
import { dataResources, wordFor } from '../template/data-types.ts'
import { withSetAside } from '../template/set-aside.ts'
import type { StackPart, Stacks } from '../template/stacks.ts'
import { wantedAppStack } from '../template/wanted-stacks.ts'
import { type BackupForm, backedUp, TABLE } from './backups.ts'
import type { KeptBook, KeptData } from './kept-data.ts'
import type { FoundLoss } from './losses.ts'
import type { PlanFacts } from './plan-facts.ts'
import { present } from './present.ts'

export interface RestorePorts {
  stacks: Pick<Stacks, 'parts'>
  kept: Pick<KeptBook, 'list'>
  backups: { describe(id: string): Promise<BackupForm | undefined> }
}

/** What a run is to bring back: ARNs of backups by the logical names of tables. */
export interface RestoreRequest {
  restore: Record<string, string>
  execution: string
  /** ISO time. */
  at: string
}

/** What becomes of tables that are restored: the new ones, and the present ones that make place for them. */
export interface RestorePlan {
  up: KeptData[]
  found: FoundLoss[]
  notes: string[]
}

/**
 * Plans the restoring of tables. DynamoDB restores into a new table only; it takes the place of the present
 * one in the stack, which is kept.
 * @throws {InvalidInput} for what cannot be restored, before anything is made
 */
export async function planRestore(
  ports: RestorePorts,
  facts: PlanFacts,
  wanted: Template,
  request: RestoreRequest,
): Promise<RestorePlan> {
  const plan: RestorePlan = { up: [], found: [], notes: [] }
  const names = Object.keys(request.restore)
  if (names.length === 0) return plan
  const { app } = facts.app.bundle.manifest
  const own = facts.stacks.own
  const parts = own ? await ports.stacks.parts(appStack(facts.stage.name, app)) : []
  const kept = await ports.kept.list(app)
  const { parameters } = wantedAppStack(facts.stage, app, wanted, facts.stacks.outputs.platform)
  const there = present(wanted, parameters, facts.stage.region)
  const known = new Map([...kept, ...parts].map(({ name, id }) => [id, name]))
  for (const [name, id] of Object.entries(request.restore)) {
    const part = parts.find((each) => each.name === name)
    const resource = restorable({ app, wanted, there }, name, part, own?.template.Resources[name])
    const backup = fitting(name, resource, id, await ports.backups.describe(id))
    if (backedUp(backup, { stage: facts.stage.name, app }, known) === undefined)
      throw refusal(name, `the backup ${backup.name} is of ${backup.table}, no table of ${app}`)
    if (part) plan.found.push({ name, type: TABLE, id: part.id, fate: 'set aside', because: [backup.name] })
    const restored = toRestored(facts, wanted, { name, resource, backup }, request)
    plan.up.push(restored)
    plan.notes.push(`${name} becomes ${restored.id}, restored from ${backup.name} of ${backup.at}`)
  }
  // Refused now rather than halfway.
  if (own) withSetAside(own.template, plan.found)
  return plan
}

function restorable(
  { app, wanted, there }: { app: string; wanted: Template; there: Pick<Template, 'Resources'> },
  name: string,
  part: StackPart | undefined,
  standing: Resource | undefined,
): Resource {
  const resource = wanted.Resources[name]
  if (!resource)
    throw refusal(name, `the release of ${app} has no such table`, didYouMean(name, dataResources(wanted)))
  if (resource.Type !== TABLE) throw refusal(name, noBackups(resource.Type))
  if (resource.Properties?.TableName !== undefined)
    throw refusal(
      name,
      'DynamoDB restores into a new table, which needs another name',
      'leave TableName out of the resources, push, and restore with --last-push',
    )
  if (!(name in there.Resources))
    throw refusal(name, `the condition ${resource.Condition} leaves it out of the release`)
  const policy = standing?.DeletionPolicy ?? 'Delete'
  if (part && !policy.startsWith('Retain'))
    throw refusal(
      name,
      `has the DeletionPolicy ${policy}, with which the present table would not be kept`,
      'take it out of the resources and deploy first',
    )
  return resource
}

/** Why only tables can be backed up and restored here. */
export function noBackups(type: string): string {
  if (type === 'AWS::S3::Bucket')
    return 'a bucket has no backups; with VersioningConfiguration S3 keeps what is overwritten or deleted'
  if (type === 'AWS::SQS::Queue') return 'SQS has no backups; a message is there until somebody takes it'
  return `a ${wordFor(type)} has no backups here`
}

/** @throws {InvalidInput} when the table that the release wants could not be had of the backup */
function fitting(name: string, { Properties = {} }: Resource, id: string, backup?: BackupForm): BackupForm {
  if (!backup) throw refusal(name, `there is no backup ${id}`)
  if (backup.state !== 'AVAILABLE')
    throw refusal(name, `the backup ${backup.name} is not ready`, 'try again later')
  const shape = (keySchema: unknown, globals: string[], locals: string[]) => ({
    KeySchema: canonicalJson(keySchema ?? []),
    GlobalSecondaryIndexes: globals.join(', '),
    LocalSecondaryIndexes: locals.join(', '),
  })
  const has = shape(backup.keySchema, backup.globalIndexes, backup.localIndexes)
  const wants = shape(
    Properties.KeySchema,
    indexNames(Properties.GlobalSecondaryIndexes),
    indexNames(Properties.LocalSecondaryIndexes),
  )
  for (const [what, value] of Object.entries(has)) {
    const other = wants[what as keyof typeof wants]
    if (value !== other)
      throw refusal(
        name,
        `the backup ${backup.name} has ${what} ${value || 'none'}, and the release wants ${other || 'none'}`,
        'deploy a release that fits, then restore',
      )
  }
  return backup
}

const indexNames = (indexes: unknown): string[] =>
  (Array.isArray(indexes) ? indexes : []).map(({ IndexName }) => String(IndexName)).sort()

/** What a restore brings with it; the rest is set by the update that follows. */
const RESTORED = [
  'AttributeDefinitions',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'KeySchema',
  'LocalSecondaryIndexes',
  'ProvisionedThroughput',
]

/** As it will be when it is imported: with no more than a restore brings, so that the rest is a change. */
function toRestored(
  facts: PlanFacts,
  wanted: Template,
  { name, resource, backup }: { name: string; resource: Resource; backup: BackupForm },
  { execution, at }: RestoreRequest,
): KeptData {
  const { stage, app, stacks } = facts
  const properties = Object.entries(resource.Properties ?? {}).filter(([key]) => RESTORED.includes(key))
  const form: Resource = { Type: TABLE, Properties: Object.fromEntries(properties) }
  const { AWSTemplateFormatVersion, Description, Parameters = {} } = wanted
  const used = references(form)
  const declared = Object.fromEntries(Object.entries(Parameters).filter(([key]) => used.has(key)))
  const stack = wantedAppStack(stage, app.bundle.manifest.app, wanted, stacks.outputs.platform)
  return {
    name,
    type: TABLE,
    id: `${stack.name}-${name}-${restoredMark(at)}`,
    template: { AWSTemplateFormatVersion, Description, Parameters: declared, Resources: { [name]: form } },
    parameters: stack.parameters,
    at,
    execution,
    restored: backup.id,
  }
}

/** The permission to write rows is for tables with this mark (resources/roles/deploy.yml). */
const restoredMark = (at: string): string => `RESTORED${at.replace(/\D/g, '')}`

const refusal = (name: string, problem: string, remedy?: string): InvalidInput =>
  new InvalidInput(`input of deploy: restore: ${name}`, problem, remedy)
