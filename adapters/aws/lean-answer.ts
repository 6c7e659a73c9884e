import { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type {
  DescribeInstancesCommand,
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
} from '@aws-sdk/client-ec2'
import { readInstances } from './instances-xml.ts'

/**
 * What we never use of an instance in DescribeInstances: four fifths of some 5 KB. Parsing it all takes most
 * of a round's time and memory for 10,000 instances.
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
// In XML, text inside elements has no "<", so the first end tag of a name ends its element; none contains
// another of the same name.
const START = new RegExp(`<(${UNREAD.join('|')})>`, 'g')

/** Tags that Auto Scaling and launch templates set. */
const AWS_TAG = /<item><key>aws:[^<]*<\/key><value>[^<]*<\/value><\/item>/g

/**
 * An answer of DescribeInstances without the unused parts, which are dropped as they arrive: a page of 1,000
 * instances is 5 MB that need not be kept.
 */
export async function lean(xml: AsyncIterable<Buffer>): Promise<string> {
  const sieve = new Sieve()
  const decoder = new StringDecoder('utf8')
  const kept: string[] = []
  for await (const chunk of xml) kept.push(sieve.pass(decoder.write(chunk)))
  kept.push(sieve.pass(decoder.end()), sieve.rest)
  return kept.join('').replace(AWS_TAG, '')
}

/** Takes a text in pieces, cut anywhere, and keeps what is outside unread elements. */
class Sieve {
  /** A possible beginning of a tag that the next piece completes. */
  rest = ''
  /** The end tag of the unread element that began in the last piece. */
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

/** Reads the answer instead of the SDK, which gets an empty one; the SDK still reads errors itself. */
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
