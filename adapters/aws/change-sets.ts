import {
  type ResourceChange as AwsChange,
  type ChangeSetType,
  type CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation'
import { InvalidInput, ServiceFailure } from '../../core/base/errors.ts'
import { pause } from '../../core/base/pause.ts'
import type { ChangeSets, ImportedResource, ResourceChange, StackInput } from '../../core/template/stacks.ts'
import { stackRequest } from './stack-request.ts'
import type { TemplateStore } from './template-store.ts'

export interface ChangeSetMeans {
  /** ARN of the service role; without it, CloudFormation takes the one that the stack has. */
  role?: string
  /** Takes templates that are too large for a request. */
  templates?: TemplateStore
  sleep(seconds: number): Promise<unknown>
  /** A name that no other change set of the stack has. */
  name(): string
}

/** A change set is made in seconds; a stack that cleans up after an update is busy for a minute or so. */
const LONGEST_SECONDS = 45

/** Change sets in CloudFormation. */
export class CloudFormationChangeSets implements ChangeSets {
  readonly #client: CloudFormationClient
  readonly #means: ChangeSetMeans

  constructor(client: CloudFormationClient, means: ChangeSetMeans) {
    this.#client = client
    this.#means = means
  }

  async preview(input: StackInput): Promise<ResourceChange[]> {
    await this.#idle(input.name)
    const id = await this.#create(input, 'UPDATE')
    try {
      const first = await this.#made(input.name, id)
      if (first === undefined) return []
      const changes: ResourceChange[] = []
      for (
        let page: DescribeChangeSetCommandOutput | undefined = first;
        page;
        page = await this.#after(id, page)
      )
        for (const { ResourceChange } of page.Changes ?? [])
          if (ResourceChange) changes.push(toChange(ResourceChange))
      return changes
    } finally {
      await this.#client.send(new DeleteChangeSetCommand({ ChangeSetName: id, StackName: input.name }))
    }
  }

  async startImport(input: StackInput, resources: readonly ImportedResource[]): Promise<void> {
    const id = await this.#create(input, 'IMPORT', resources)
    const made = await this.#made(input.name, id)
    if (made === undefined)
      throw new InvalidInput(`stack ${input.name}`, 'CloudFormation finds nothing to import')
    await this.#client.send(new ExecuteChangeSetCommand({ ChangeSetName: id, StackName: input.name }))
  }

  async #create(
    input: StackInput,
    type: ChangeSetType,
    resources: readonly ImportedResource[] = [],
  ): Promise<string> {
    const { role, templates, name } = this.#means
    const imported = resources.map((each) => ({
      ResourceType: each.type,
      LogicalResourceId: each.name,
      ResourceIdentifier: each.key,
    }))
    try {
      const answer = await this.#client.send(
        new CreateChangeSetCommand({
          ...(await stackRequest(input, templates)),
          // Without any, a stack keeps its own; an import takes none.
          Tags: undefined,
          ChangeSetName: name(),
          ChangeSetType: type,
          RoleARN: role,
          ...(imported.length > 0 && { ResourcesToImport: imported }),
        }),
      )
      return answer.Id ?? ''
    } catch (cause) {
      if (!(cause instanceof Error && cause.name === 'ValidationError')) throw failure(input.name, cause)
      throw refusal(input.name, cause.message, cause)
    }
  }

  /** Undefined when there is nothing to change. */
  async #made(stack: string, id: string): Promise<DescribeChangeSetCommandOutput | undefined> {
    for (let look = 0, waited = 0; waited < LONGEST_SECONDS; look++) {
      const page = await this.#client.send(
        new DescribeChangeSetCommand({ ChangeSetName: id, StackName: stack }),
      )
      const { Status: status = '', StatusReason: reason = '' } = page
      if (status === 'CREATE_COMPLETE') return page
      if (status === 'FAILED') {
        if (/didn't contain changes|No updates are to be performed/.test(reason)) return undefined
        throw refusal(stack, reason)
      }
      waited += await this.#wait(look)
    }
    throw failure(stack, `the change set has not been made after ${LONGEST_SECONDS} s`)
  }

  async #after(
    id: string,
    { NextToken, StackName }: DescribeChangeSetCommandOutput,
  ): Promise<DescribeChangeSetCommandOutput | undefined> {
    if (!NextToken) return undefined
    return await this.#client.send(new DescribeChangeSetCommand({ ChangeSetName: id, StackName, NextToken }))
  }

  async #idle(stack: string): Promise<void> {
    for (let look = 0, waited = 0; waited < LONGEST_SECONDS; look++) {
      const answer = await this.#client.send(new DescribeStacksCommand({ StackName: stack }))
      if (!answer.Stacks?.[0]?.StackStatus?.endsWith('_IN_PROGRESS')) return
      waited += await this.#wait(look)
    }
    throw failure(stack, `it has been changing for more than ${LONGEST_SECONDS} s`)
  }

  async #wait(look: number): Promise<number> {
    // A region that answers at once is not kept waiting for a second.
    const seconds = look < 3 ? 0.2 : pause(look - 3)
    await this.#means.sleep(seconds)
    return seconds
  }
}

const refusal = (stack: string, reason: string, cause?: unknown): InvalidInput =>
  new InvalidInput(`stack ${stack}`, `CloudFormation refuses the change: ${reason}`, undefined, { cause })

const failure = (stack: string, cause: unknown): ServiceFailure =>
  new ServiceFailure(`stack ${stack}: CloudFormation makes no change set: ${String(cause)}`, { cause })

function toChange(change: AwsChange): ResourceChange {
  const { LogicalResourceId, PhysicalResourceId: id, ResourceType, Action, Replacement, Details } = change
  const causes = (Details ?? []).flatMap(({ Target }) =>
    Target?.Attribute === 'Properties' && Target.Name && Target.RequiresRecreation !== 'Never'
      ? [Target.Name]
      : [],
  )
  return {
    name: LogicalResourceId ?? '',
    type: ResourceType ?? '',
    // An action that is not known is one that cannot be judged.
    action: isAction(Action) ? Action : 'Dynamic',
    causes: [...new Set(causes)],
    ...(id && { id }),
    ...(Replacement && { replacement: Replacement }),
  }
}

const ACTIONS = ['Add', 'Modify', 'Remove', 'Import', 'Dynamic'] as const
const isAction = (action: string | undefined): action is ResourceChange['action'] =>
  (ACTIONS as readonly (string | undefined)[]).includes(action)
