import { Argument, type Command } from 'commander'
import { call } from '../../adapters/consul/lambda-calls.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { controlName } from '../../core/base/names.ts'
import type { ProxyAnswer } from '../../core/proxy/message.ts'
import { name, portNumber } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import type { Proxied } from '../proxy/service.ts'

interface ProxyOptions {
  throughFunction?: true
}

const EXAMPLES = `
On AWS requests of HTTP and gRPC go one by one through the function proxy, which needs the right
lambda:InvokeFunction: up to 4.4 MB each way, answered within 25 s, no WebSockets, no streams without an end, and no
plain TCP, such as Redis speaks. In the local region any connection goes to an instance directly.

Examples:
  nanofleet proxy boutique redis              redis at 127.0.0.1:6379
  nanofleet proxy boutique cartservice 9000   at another port of this machine
  nanofleet proxy hello go 0 --json           at any free port, as JSON
  nanofleet --stage dev proxy shop orders     on AWS`

/** `nanofleet proxy <app> <service> [port]` */
export function proxy(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('<service>', 'the service; it need not be exposed', name)
    .addArgument(
      new Argument(
        '[port]',
        "the port on this machine, 0 for any free one (default: the service's)",
      ).argParser(portNumber),
    )
    .option('--through-function', 'go through the function proxy in the local region, too, as on AWS')
    .addHelpText('after', EXAMPLES)
    .action(
      async (
        app: string,
        service: string,
        port: number | undefined,
        options: ProxyOptions,
        self: Command,
      ) => {
        const context = await open(self.optsWithGlobals<GlobalOptions>())
        const { healthyReader, proxied, refuseTcp } = await import('../proxy/service.ts')
        const found = await proxied(context, app, service)
        const isDirect = context.local !== undefined && !options.throughFunction
        if (!isDirect) refuseTcp(found)
        const known = await healthyReader(context, found)
        if ((await known.places()).length === 0) throw noneHealthy(context, found)
        const told = (sentence: string): void => context.output.note(sentence)
        const server = isDirect
          ? (await import('../proxy/tcp-front.ts')).tcpFront(known, told)
          : (await import('../proxy/function-front.ts')).functionFront(exchange(context, found, told))
        const { listen } = await import('../proxy/listen.ts')
        const front = await listen(server, port ?? found.port, `nanofleet proxy ${app} ${service}`)
        await untilInterrupted(context, found, front, isDirect ? 'directly' : 'through the function proxy')
      },
    )
}

/** Each request is sent once: a service may have done its work although no answer came back. */
function exchange(context: Context, { name: service }: Proxied, told: (sentence: string) => void) {
  const client = context.unrepeated().lambda()
  const proxyFunction = controlName(context.stage, 'proxy')
  const carry = async (request: unknown, signal: AbortSignal): Promise<ProxyAnswer> =>
    (await call(client, proxyFunction, request, signal)) as ProxyAnswer
  return { service, told, carry }
}

const noneHealthy = ({ stage }: Context, { app, service }: Proxied): ServiceFailure =>
  new ServiceFailure(
    `${app}/${service} has no healthy instance; "nanofleet --stage ${stage} status ${app} ${service}" says why`,
  )

/** Says where the service is, then waits for Ctrl-C. */
async function untilInterrupted(
  { output }: Context,
  { app, service, protocol }: Proxied,
  front: { port: number; close(): Promise<void> },
  way: string,
): Promise<void> {
  const address = `127.0.0.1:${front.port}`
  const url = protocol === 'http' ? `http://${address}/` : undefined
  output.result(
    { app, service, protocol, address, port: front.port, ...(url ? { url } : {}) },
    url ?? address,
  )
  output.note(output.paint('dim', `${app}/${service}, ${way}, until Ctrl-C`))
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await front.close()
  output.note(`${app}/${service} is no longer at ${address}`)
  process.exitCode = EXIT.interrupted
}
