import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { askAnyServer, whySilent } from '../../core/base/any-server.ts'
import { InvalidInput, NotFound, ServiceFailure } from '../../core/base/errors.ts'
import type { Manifest } from '../../core/base/manifest-types.ts'
import { controlStack } from '../../core/base/names.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { healthyPlaces, nameAtPort } from '../../core/proxy/places.ts'
import type { Context } from '../context.ts'
import { stageSources } from '../stage/stage-sources.ts'
import { KnownPlaces } from './known-places.ts'

/** A deployed service that answers on a port. */
export interface Proxied {
  app: string
  service: string
  /** Its name in Consul. */
  name: string
  port: number
  protocol: Manifest['services'][string]['protocol']
}

/**
 * What is deployed under these names.
 * @throws {NotFound} when the app is not deployed or has no such service
 * @throws {InvalidInput} for a service that takes no connections
 */
export async function proxied(context: Context, app: string, service: string): Promise<Proxied> {
  const release = await context.releases().current(app)
  if (!release)
    throw new NotFound(
      `${app} is not deployed on stage ${context.stage}; deploy it with "nanofleet --stage ${context.stage} deploy ${app}"`,
    )
  const { bundle, definitions } = await context.bundles().read(app, release.bundle)
  const { services } = bundle.manifest
  const spec = services[service]
  if (!spec) {
    const known = Object.keys(services)
    throw new NotFound(`${app}: the app has no service ${service}; ${didYouMean(service, known)}`)
  }
  const place = `proxy ${app} ${service}`
  if (spec.kind === 'consulserver')
    throw new InvalidInput(place, 'these are the Consul servers', '"nanofleet token" says how to see them')
  if (spec.port === undefined) throw new InvalidInput(place, 'it has no port, so nobody can connect to it')
  const name = nameAtPort(definitions[service] ?? [], spec.port)
  if (name === undefined) throw new InvalidInput(place, 'its definition names no service in Consul')
  return { app, service, name, port: spec.port, protocol: spec.protocol }
}

/**
 * @throws {InvalidInput} for a service that only a connection of its own reaches: a function carries single
 * requests
 */
export function refuseTcp({ app, service, protocol }: Proxied): void {
  if (protocol !== 'tcp') return
  const problem =
    'it speaks plain TCP; into the network on AWS get only single requests of HTTP and gRPC, through a function'
  throw new InvalidInput(
    `proxy ${app} ${service}`,
    problem,
    'reach it through a service of yours that asks it',
  )
}

/** Asks Consul where a service answers. */
export async function healthyReader(context: Context, { name, port }: Proxied): Promise<KnownPlaces> {
  const { VpcId = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return new KnownPlaces(async () => {
    const { servers, catalog } = stageSources(context, VpcId)
    const problems: string[] = []
    const found = await askAnyServer(
      await servers(),
      (server) => catalog.health(server, { services: [name] }),
      (problem) => problems.push(problem),
    )
    if (!found) throw new ServiceFailure(`Where ${name} answers is unknown: ${whySilent(problems)}`)
    return healthyPlaces(found[name] ?? [], port)
  })
}
