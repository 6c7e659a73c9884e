import { canonicalJson } from '../base/canonical.ts'
import type { Template } from '../base/cloudformation.ts'
import { appStack } from '../base/names.ts'
import { bringStack, StackFailure, type StackStep, standingStack } from '../template/bring-stack.ts'
import { isCluster } from '../template/companions.ts'
import type { StackPart, Stacks } from '../template/stacks.ts'
import { type Holdings, isEmpty } from './holdings.ts'
import {
  companionRecords,
  dataParts,
  type KeptBook,
  type KeptData,
  type Occasion,
  records,
} from './kept-data.ts'
import { type TeardownPlan, withKeptData, wouldBeDeleted } from './teardown-plan.ts'

export interface DataPorts {
  /** Name of the stage. */
  stage: string
  stacks: Stacks
  kept: Pick<KeptBook, 'list' | 'keep'>
  holdings: Holdings
  /** Deletes every object; a bucket that does not exist counts as empty. */
  buckets: { empty(bucket: string): Promise<void> }
}

/** What a removal does with data, of the app that it removes. */
export interface DataRequest extends Pick<TeardownPlan, 'data' | 'deletes'> {
  app: string
  execution: string
  /** ISO time. */
  at: string
}

/**
 * Makes an app's own stack ready to be deleted, without its data: what holds data gets the policy to stay,
 * and all of it is recorded as kept. What a person named carries the execution that is to delete it once the
 * stack is gone; so does, with `keep-used`, what was seen to be empty. Buckets that go are emptied, because
 * only empty ones can be deleted.
 * @throws {StackFailure} when CloudFormation has nothing to do although data would go with the stack
 */
export async function prepareData(ports: DataPorts, request: DataRequest): Promise<StackStep> {
  const { stacks, kept } = ports
  const stack = appStack(ports.stage, request.app)
  const view = await stacks.find(stack)
  const ready: StackStep = { stack, next: 'go-on', until: 'ready', checks: 0, seconds: 0 }
  const all = view ? await stacks.parts(stack) : []
  const parts = dataParts(all)
  const going = await goingParts(ports, request, parts)
  const occasion: Occasion = { at: request.at, execution: request.execution }
  const isGoing = ({ id }: StackPart) => going.some((each) => each.id === id)
  // Also of a stack that could not be deleted.
  const text = view && (await stacks.template(stack))
  if (view && text !== undefined) {
    const now = { template: JSON.parse(text) as Template, parameters: view.parameters }
    await kept.keep(request.app, [
      ...records(
        parts.filter((part) => !isGoing(part)),
        now,
        occasion,
      ),
      ...records(parts.filter(isGoing), now, { ...occasion, confirmedBy: request.execution }),
      ...companionRecords(
        parts.filter((part) => !isGoing(part)),
        all,
        now,
        occasion,
      ),
    ])
  }
  await confirmKept(ports, request, parts)
  for (const { type, id } of going) if (type === 'AWS::S3::Bucket') await ports.buckets.empty(id)
  const standing = await standingStack(stacks, view)
  if (!view || !standing) return ready
  const clusters = going.filter(({ name }) => isCluster(standing.template.Resources[name]))
  const names = clusters.map(({ name }) => name)
  const template = withKeptData(standing.template, names)
  if (canonicalJson(template) === canonicalJson(standing.template)) return ready
  const { parameters, tags } = view
  const step = await bringStack(stacks, {
    name: stack,
    template,
    parameters,
    tags,
  })
  if (step.next === 'go-on') await refuseLoss(stacks, stack, names)
  return step
}

async function goingParts(
  { holdings }: DataPorts,
  { data, deletes }: DataRequest,
  parts: StackPart[],
): Promise<StackPart[]> {
  if (data === 'delete') return parts.filter(({ name }) => deletes.includes(name))
  if (data === 'keep') return []
  const seen = await Promise.all(parts.map(async (part) => ({ part, known: await holdings.of(part) })))
  return seen.filter(({ known }) => isEmpty(known)).map(({ part }) => part)
}

/** What was kept before, and is named now; the name of what the stack has means only that. */
async function confirmKept(
  { kept }: DataPorts,
  { app, data, deletes, execution }: DataRequest,
  parts: StackPart[],
): Promise<void> {
  if (data !== 'delete') return
  const free = deletes.filter((name) => parts.every((part) => part.name !== name))
  const named = (await kept.list(app)).filter((each) => free.includes(each.with ?? each.name))
  await kept.keep(
    app,
    named.map((each): KeptData => ({ ...each, confirmedBy: execution })),
  )
}

/** What counts is the template of the stack, not the one that CloudFormation was asked for. */
async function refuseLoss(stacks: Stacks, stack: string, going: readonly string[]): Promise<void> {
  const standing = await standingStack(stacks, await stacks.find(stack))
  const lost = wouldBeDeleted(standing?.template).filter((name) => !going.includes(name))
  if (lost.length === 0) return
  throw new StackFailure(
    `stack ${stack}: CloudFormation did not take over that ${lost.join(', ')} is kept; nothing was deleted`,
  )
}
