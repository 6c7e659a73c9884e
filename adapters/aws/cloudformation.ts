import {
  type CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { StackInput, StackPart, Stacks, StackView } from '../../core/template/stacks.ts'
import { stackRequest } from './stack-request.ts'
import type { TemplateStore } from './template-store.ts'

/** Needed only to create or change stacks. */
export interface StackMeans {
  /** ARN of the service role. */
  role?: string
  /** Takes templates that are too large for a request. */
  templates?: TemplateStore
  /** Lifts the protection of a load balancer, which a stack that is deleted would otherwise keep. */
  unprotect?: (loadBalancer: string) => Promise<void>
}

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer'

/** Stacks in CloudFormation, created with a service role that may create only what our templates contain. */
export class CloudFormationStacks implements Stacks {
  readonly #client: CloudFormationClient
  readonly #role: string | undefined
  readonly #templates: TemplateStore | undefined
  readonly #unprotect: StackMeans['unprotect']

  constructor(client: CloudFormationClient, { role, templates, unprotect }: StackMeans = {}) {
    this.#client = client
    this.#role = role
    this.#templates = templates
    this.#unprotect = unprotect
  }

  async find(name: string): Promise<StackView | undefined> {
    return await unlessMissing(async () => {
      const answer = await this.#client.send(new DescribeStacksCommand({ StackName: name }))
      return answer.Stacks?.[0] && toView(answer.Stacks[0])
    })
  }

  async tagged(tags: Record<string, string>): Promise<StackView[]> {
    const found: StackView[] = []
    for await (const page of paginateDescribeStacks({ client: this.#client }, {})) {
      for (const stack of page.Stacks ?? []) {
        const view = toView(stack)
        if (Object.entries(tags).every(([key, value]) => view.tags[key] === value)) found.push(view)
      }
    }
    return found
  }

  async template(name: string): Promise<string | undefined> {
    return await unlessMissing(async () => {
      const answer = await this.#client.send(
        new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
      )
      return answer.TemplateBody
    })
  }

  async create(input: StackInput): Promise<void> {
    // A stack whose creation failed stays, because its events have the reason.
    await this.#client.send(
      new CreateStackCommand({ ...(await this.#request(input)), OnFailure: 'ROLLBACK' }),
    )
  }

  async update(input: StackInput): Promise<boolean> {
    try {
      await this.#client.send(new UpdateStackCommand(await this.#request(input)))
      return true
    } catch (error) {
      if (error instanceof Error && /No updates are to be performed/.test(error.message)) return false
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    if (this.#unprotect) {
      const balancers = await unlessMissing(() => this.resources(name, LOAD_BALANCER))
      for (const arn of balancers ?? []) await this.#unprotect(arn)
    }
    await this.#client.send(new DeleteStackCommand({ StackName: name, RoleARN: this.#role }))
  }

  async resources(name: string, type: string): Promise<string[]> {
    return (await this.parts(name)).filter((part) => part.type === type).map(({ id }) => id)
  }

  async parts(name: string): Promise<StackPart[]> {
    const found: StackPart[] = []
    // DescribeStackResources would show the first hundred only.
    // A rollback leaves the names of what it deleted, and an import of what it let go.
    const gone = /^(DELETE_COMPLETE|DELETE_SKIPPED|IMPORT_ROLLBACK_COMPLETE)$/
    for await (const page of paginateListStackResources({ client: this.#client }, { StackName: name }))
      for (const each of page.StackResourceSummaries ?? []) {
        const { LogicalResourceId, ResourceType, PhysicalResourceId: id, ResourceStatus = '' } = each
        if (id && !gone.test(ResourceStatus))
          found.push({ name: LogicalResourceId ?? '', type: ResourceType ?? '', id })
      }
    return found
  }

  async firstFailure(id: string): Promise<string | undefined> {
    const events = await this.#lastOperation(id)
    const first = events.findLast(isFailure) ?? events.findLast(isOwnReason)
    if (first === undefined) return undefined
    return isOwn(first)
      ? first.ResourceStatusReason
      : `${first.LogicalResourceId}: ${first.ResourceStatusReason}`
  }

  /** The events of the stack's last operation, newest first; CloudFormation tells a hundred at a time. */
  async #lastOperation(id: string): Promise<StackEvent[]> {
    const events: StackEvent[] = []
    for await (const page of paginateDescribeStackEvents({ client: this.#client }, { StackName: id }))
      for (const event of page.StackEvents ?? []) {
        if (isOwn(event) && /User Initiated/.test(event.ResourceStatusReason ?? '')) return events
        events.push(event)
      }
    return events
  }

  async #request(input: StackInput) {
    const { policy, policyNow } = input
    return {
      ...(await stackRequest(input, this.#templates)),
      RoleARN: this.#role,
      ...(policy !== undefined && { StackPolicyBody: policy }),
      ...(policyNow !== undefined && { StackPolicyDuringUpdateBody: policyNow }),
    }
  }
}

/** An event of the stack itself, not of one of its resources. */
const isOwn = ({ PhysicalResourceId, StackId }: StackEvent): boolean =>
  PhysicalResourceId !== undefined && PhysicalResourceId === StackId

/** A resource that failed by itself: the others are cancelled because of it. */
const isFailure = ({ ResourceStatus: status, ResourceStatusReason: reason }: StackEvent): boolean =>
  status?.endsWith('_FAILED') === true && reason !== undefined && !/cancelled/i.test(reason)

/**
 * What went wrong before any resource did, such as a role that cannot be assumed, stands at the stack's own
 * ROLLBACK_IN_PROGRESS; a list of the resources that failed says nothing new.
 */
const isOwnReason = (event: StackEvent): boolean =>
  isOwn(event) &&
  /ROLLBACK_IN_PROGRESS$/.test(event.ResourceStatus ?? '') &&
  event.ResourceStatusReason !== undefined &&
  !/^The following resource\(s\) failed/.test(event.ResourceStatusReason)

function toView(stack: Stack): StackView {
  const pairs = <T>(list: T[] | undefined, entry: (item: T) => [string | undefined, string | undefined]) =>
    Object.fromEntries((list ?? []).map(entry).map(([key, value]) => [key ?? '', value ?? '']))
  return {
    id: stack.StackId ?? '',
    name: stack.StackName ?? '',
    status: stack.StackStatus ?? '',
    outputs: pairs(stack.Outputs, (output) => [output.OutputKey, output.OutputValue]),
    parameters: pairs(stack.Parameters, (parameter) => [parameter.ParameterKey, parameter.ParameterValue]),
    tags: pairs(stack.Tags, (tag) => [tag.Key, tag.Value]),
  }
}

/** CloudFormation answers ValidationError for a stack that does not exist. */
async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined
    throw new ServiceFailure(`CloudFormation does not answer: ${String(error)}`, { cause: error })
  }
}
