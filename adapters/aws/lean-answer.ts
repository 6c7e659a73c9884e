import { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type {
  DescribeInstancesCommand,
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
} from '@aws-sdk/client-ec2'
import { readInstances } from './instances-xml.ts'

/**
 * What DescribeInstances says of an instance that nobody here reads: four fifths of some 5 KB. To read all of
 * it takes most of a round's time and memory for 10,000 instances.
 */
const UNREAD = [
  'networkInterfaceSet',
  'blockDeviceMapping',
  'groupSet',
  'placement',
  'monitoring',
  'productCodes',
  'iamInstanceProfile',
  'stateReason',
  'licenseSet',
  'secondaryInterfaceSet',
  'elasticGpuAssociationSet',
  'elasticInferenceAcceleratorAssociationSet',
  '[a-z]\\w*Options',
  'capacityReservationSpecification',
  'capacityReservationTargetResponse',
  '(?:private|public)?(?:dns|Dns)Name',
  'imageId',
  'subnetId',
  'instanceType',
  'launchTime',
  'architecture',
  'rootDevice\\w+',
  'virtualizationType',
  'hypervisor',
  'clientToken',
  'requesterId',
  'platformDetails',
  'usageOperation\\w*',
  'currentInstanceBootMode',
  'sourceDestCheck',
  'ebsOptimized',
  'enaSupport',
  'amiLaunchIndex',
]
// Text inside elements has no "<" in XML, so the first end tag of a name is that of its element; none holds
// its like.
const START = new RegExp(`<(${UNREAD.join('|')})>`, 'g')

/** Tags that Auto Scaling and launch templates set. */
const AWS_TAG = /<item><key>aws:[^<]*<\/key><value>[^<]*<\/value><\/item>/g

/**
 * An answer of DescribeInstances without what nobody reads, which is left out as it arrives: a page of 1,000
 * instances is 5 MB that need not be held.
 */
export async function lean(xml: AsyncIterable<Buffer>): Promise<string> {
  const sieve = new Sieve()
  const decoder = new StringDecoder('utf8')
  const kept: string[] = []
  for await (const chunk of xml) kept.push(sieve.pass(decoder.write(chunk)))
  kept.push(sieve.pass(decoder.end()), sieve.rest)
  return kept.join('').replace(AWS_TAG, '')
}

/** Takes a text in pieces, wherever they are cut, and keeps what is outside of unread elements. */
class Sieve {
  /** What may be the beginning of a tag that the next piece ends. */
  rest = ''
  /** The end tag of the unread element that the last piece has begun. */
  #end: string | undefined

  pass(piece: string): string {
    const text = this.rest + piece
    const kept: string[] = []
    let at = 0
    for (;;) {
      if (this.#end !== undefined) {
        const end = text.indexOf(this.#end, at)
        if (end < 0) {
          this.rest = text.slice(Math.max(at, text.length - this.#end.length + 1))
          break
        }
        at = end + this.#end.length
        this.#end = undefined
      }
      START.lastIndex = at
      const start = START.exec(text)
      if (!start) {
        const cut = text.lastIndexOf('<')
        const whole = cut < at || text.includes('>', cut) ? text.length : cut
        kept.push(text.slice(at, whole))
        this.rest = text.slice(whole)
        break
      }
      kept.push(text.slice(at, start.index))
      at = START.lastIndex
      this.#end = `</${start[1]}>`
    }
    return kept.join('')
  }
}

/** A step of the SDK on the way to the parsed answer. */
type Step = (args: {
  input: DescribeInstancesCommandInput
  request: unknown
}) => Promise<{ response: unknown; output: DescribeInstancesCommandOutput }>

const NOTHING = '<DescribeInstancesResponse/>'

/** Reads the answer in the place of the SDK, which gets an empty one; errors it reads as they are. */
export function withLeanAnswer(command: DescribeInstancesCommand): DescribeInstancesCommand {
  let read: ReturnType<typeof readInstances> | undefined
  const around =
    (next: Step): Step =>
    async (args) => {
      const result = await next(args)
      Object.assign(result.output, read)
      return result
    }
  const within =
    (next: Step): Step =>
    async (args) => {
      read = undefined
      const result = await next(args)
      const response = result.response as { statusCode: number; body: Readable }
      if (response.statusCode === 200) {
        read = readInstances(await lean(response.body))
        response.body = Readable.from([Buffer.from(NOTHING)])
      }
      return result
    }
  const toMiddleware = 'deserializerMiddleware'
  command.middlewareStack.addRelativeTo(around, { relation: 'before', toMiddleware, name: 'readAnswer' })
  command.middlewareStack.addRelativeTo(within, { relation: 'after', toMiddleware, name: 'leanAnswer' })
  return command
}
