import type { AppBundle } from '../../../core/base/bundle.ts'
import type { Template } from '../../../core/base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../../../core/base/cloudformation-yaml.ts'
import { appStack, controlStack, PLATFORM, serviceStack } from '../../../core/base/names.ts'
import type { Stage } from '../../../core/base/stage.ts'
import { readYaml } from '../../../core/base/yaml-document.ts'
import { checkPorts } from '../../../core/definition/check-ports.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { resolveStack } from '../../../core/proof/intrinsics.ts'
import { networkModel } from '../../../core/proof/network-model.ts'
import { missingPaths } from '../../../core/proof/reachability.ts'
import { requiredPaths } from '../../../core/proof/required-paths.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { templateParameters } from '../../../core/template/parameters.ts'
import { serviceTemplate } from '../../../core/template/service.ts'
import { networkFile } from '../../apps/apps.ts'

/** All templates of a stage by the name of their stack, in the order of their deployment. */
export type Compiled = Map<string, Template>

/** Compiles the control plane's network and every stack of the apps. */
export async function compile(stage: Stage, apps: readonly AppBundle[]): Promise<Compiled> {
  const file = await networkFile(stage.name, stage.vpcCidr)
  const { value } = readYaml(file, 'resources/network.yml', CLOUDFORMATION_TAGS)
  const network = { AWSTemplateFormatVersion: '2010-09-09', Description: 'network', ...Object(value) }
  const compiled: Compiled = new Map([[controlStack(stage.name), network]])
  for (const bundle of apps) {
    const { app } = bundle.manifest
    compiled.set(appStack(stage.name, app), appTemplate({ bundle, stage }))
    for (const service of Object.keys(bundle.services)) {
      compiled.set(serviceStack(stage.name, app, service), serviceTemplate({ bundle, service, stage }))
    }
  }
  return compiled
}

/** Evaluates the templates as a deployment would, one stack's outputs being the next one's parameters. */
export function missing(compiled: Compiled, stage: Stage, apps: readonly AppBundle[]): string[] {
  const control = controlStack(stage.name)
  const token = (name: string) => `${control}/${name}`
  const inside: Stage = {
    ...stage,
    vpcId: token('Vpc'),
    privateSubnets: ['A', 'B', 'C'].map((zone) => token(`PrivateSubnet${zone}`)),
    publicSubnets: ['A', 'B', 'C'].map((zone) => token(`PublicSubnet${zone}`)),
    privateRouteTables: ['A', 'B', 'C'].map((zone) => token(`PrivateRoutes${zone}`)),
    consulFunctionGroup: token('ConsulFunctionGroup'),
  }
  const template = (name: string): Template => {
    const found = compiled.get(name)
    if (!found) throw new RangeError(`no template of ${name}`)
    return found
  }
  const stacks = [resolveStack(control, template(control), {}, stage.region)]
  let platform: Record<string, string> | undefined
  for (const { manifest, services } of apps) {
    const name = appStack(stage.name, manifest.app)
    const own = template(name)
    const resolved = resolveStack(
      name,
      own,
      templateParameters(own, { stage: inside, platform }),
      stage.region,
    )
    stacks.push(resolved)
    for (const service of Object.keys(services)) {
      const stack = serviceStack(stage.name, manifest.app, service)
      const sources = { stage: inside, platform, app: resolved.outputs, imageId: 'ami-0', release: 1 }
      const parameters = templateParameters(template(stack), sources)
      stacks.push(resolveStack(stack, template(stack), parameters, stage.region))
    }
    if (manifest.app === PLATFORM) platform = resolved.outputs
  }
  const paths = apps.flatMap(({ manifest, services }) => {
    const checks = Object.entries(services).map(([service, { definition }]) => [
      service,
      definition === null ? [] : checkPorts(parseDefinition(definition, service)),
    ])
    return requiredPaths({ manifest, checks: Object.fromEntries(checks) }, stage)
  })
  return missingPaths(networkModel(stacks), paths, inside.consulFunctionGroup)
}
