import type { AppBundle } from '../base/bundle.ts'
import type { Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { appStack, controlStack, PLATFORM, serviceStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import type { AppTemplates } from '../template/app-templates.ts'
import { controlNetwork, withNetworkIds } from '../template/control-network.ts'
import { type Outputs, templateParameters } from '../template/parameters.ts'
import type { App } from '../template/parsed-app.ts'
import { type ResolvedStack, resolveStack } from './intrinsics.ts'
import { networkModel } from './network-model.ts'
import { type MissingPath, missingPaths } from './reachability.ts'
import { requiredPaths } from './required-paths.ts'

/** The templates that a stage will have, and the apps whose paths they must provide. */
export interface ProofInputs {
  stage: Stage
  /** The platform's first, because the others use its outputs. */
  compiled: readonly AppTemplates[]
  paths: readonly Pick<App, 'bundle' | 'definitions'>[]
  /** The network under them; absent means the one that this code creates. */
  control?: Template
}

/**
 * Refuses templates that lack a path an app needs, while nothing has been created yet. Otherwise only failing
 * checks would show that instances cannot reach each other.
 * @param app the one that is to be deployed
 * @throws {InvalidInput} with one sentence per path: which one, what it lacks, and what to do
 */
export function refuseMissingPaths({ app, ...inputs }: ProofInputs & { app: AppBundle }): void {
  const { manifest } = app
  const missing = provenPaths(inputs)
  if (missing.length === 0) return
  throw InvalidInput.all(
    missing.map(
      ({ path, lacks, stack }) =>
        new InvalidInput(`network of ${manifest.app}: ${path}`, lacks, remedy(manifest, inputs, stack)),
    ),
  )
}

/**
 * The required paths that the templates do not provide. They are evaluated as in a deployment: outputs become
 * parameters.
 */
export function provenPaths({
  stage,
  compiled,
  paths,
  control = controlNetwork(stage),
}: ProofInputs): MissingPath[] {
  const network = controlStack(stage.name)
  const inside = withNetworkIds(stage, (resource) => `${network}/${resource}`)
  const stacks = [resolveStack(network, control, {}, stage.region)]
  let platform: Outputs | undefined
  for (const templates of compiled) {
    const { own, services } = resolvedApp(inside, templates, platform)
    stacks.push(own, ...services)
    if (templates.app === PLATFORM) platform = own.outputs
  }
  return missingPaths(
    networkModel(stacks),
    paths.flatMap((app) => requiredPaths(app, stage)),
    {
      consulFunctionGroup: inside.consulFunctionGroup,
      proxyFunctionGroup: inside.proxyFunctionGroup,
      platform: appStack(stage.name, PLATFORM),
    },
  )
}

function resolvedApp(
  stage: Stage,
  { app, own, services }: AppTemplates,
  platform: Outputs | undefined,
): { own: ResolvedStack; services: ResolvedStack[] } {
  const resolve = (name: string, template: Template, outputs?: Outputs): ResolvedStack => {
    const sources = { stage, platform, app: outputs, imageId: 'image', kafkaBrokers: 'kafka', release: 0 }
    return resolveStack(name, template, templateParameters(template, sources), stage.region)
  }
  const resolved = resolve(appStack(stage.name, app), own)
  return {
    own: resolved,
    services: Object.entries(services).map(([service, template]) =>
      resolve(serviceStack(stage.name, app, service), template, resolved.outputs),
    ),
  }
}

/** @param stack the one that should provide what is missing */
function remedy(
  { app, resources = 'app.yml' }: Manifest,
  { stage, compiled }: Pick<ProofInputs, 'stage' | 'compiled'>,
  stack: string,
): string {
  if (stack === controlStack(stage.name)) return 'deploy the control plane again'
  const owners = new Map(
    compiled.flatMap((each) => [
      [appStack(stage.name, each.app), each.app] as const,
      ...Object.keys(each.services).map(
        (service) => [serviceStack(stage.name, each.app, service), each.app] as const,
      ),
    ]),
  )
  const giver = owners.get(stack)
  if (giver !== undefined && giver !== app) return `deploy ${giver} again, then this`
  return `correct images/${app}/${resources}, push the app and deploy it again`
}
