import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppBundle } from '../../core/base/bundle.ts'
import type { Template } from '../../core/base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { appStack, serviceStack } from '../../core/base/names.ts'
import { arnOf, type Place, partitionOf } from '../../core/base/partition.ts'
import type { Stage } from '../../core/base/stage.ts'
import { readYaml } from '../../core/base/yaml-document.ts'
import { appTemplates } from '../../core/template/app-templates.ts'
import { parsedApp } from '../../core/template/parsed-app.ts'

/** What a template needs to know of a stage, before there is one: ids that nobody has given yet. */
const planned = (name: string, region: string, account: string): Stage => {
  const three = (part: string): string[] => ['a', 'b', 'c'].map((zone) => `${part}-${zone}`)
  return {
    name,
    region,
    account,
    bucket: '',
    table: '',
    vpcId: 'vpc',
    vpcCidr: '10.77.0.0/16',
    zones: three(region),
    privateSubnets: three('private'),
    privateCidrs: ['10.77.0.0/20', '10.77.16.0/20', '10.77.32.0/20'],
    publicSubnets: three('public'),
    privateRouteTables: three('routes'),
    publicRouteTable: 'routes',
    consulFunctionGroup: 'ConsulFunctionGroup',
    proxyFunctionGroup: 'ProxyFunctionGroup',
    packager: 'ops',
    architecture: 'x86_64',
    // The most rules: a port of its own for each exposed service.
    portListeners: true,
    accessLogs: true,
    deletionProtection: false,
  }
}

/** The templates that these apps would have, by the names of their stacks. */
export function compiledTemplates(
  bundles: readonly AppBundle[],
  { stage, region, account }: { stage: string; region: string; account: string },
): Map<string, Template> {
  const place = planned(stage, region, account)
  return new Map(
    bundles.flatMap((bundle) => {
      const { app, own, services } = appTemplates(parsedApp(bundle), place)
      const rest = Object.entries(services).map(([service, template]): [string, Template] => [
        serviceStack(stage, app, service),
        template,
      ])
      return [[appStack(stage, app), own] as [string, Template], ...rest]
    }),
  )
}

/** Calls at once that all functions of the control plane reserve together; an app can make no functions. */
export async function reservedConcurrency(root: string): Promise<number> {
  const folder = join(root, 'resources/functions')
  const files = (await readdir(folder)).map(async (file): Promise<number[]> => {
    const text = await readFile(join(folder, file), 'utf8')
    const functions = Object(readYaml(text, `resources/functions/${file}`, CLOUDFORMATION_TAGS).value)
    return Object.values(functions).map((one) => Number(Object(one).reservedConcurrency ?? 0))
  })
  return (await Promise.all(files)).flat(2).reduce((sum, one) => sum + one, 0)
}

/**
 * The definitions of all workflows as JSON by name, with ARNs of this account where CloudFormation would put
 * those of functions and of other workflows.
 */
export async function workflows(root: string, place: Place): Promise<Map<string, string>> {
  const folder = join(root, 'workflows')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.asl.yml')).sort()
  const read = files.map(async (file): Promise<[string, string]> => {
    const text = await readFile(join(folder, file), 'utf8')
    const definition = JSON.stringify(readYaml(text, `workflows/${file}`).value).replaceAll(
      /\$\{(\w+)\}/g,
      (_match, name: string) => substituted(name, place),
    )
    return [file.replace('.asl.yml', ''), definition]
  })
  return new Map(await Promise.all(read))
}

/** What CloudFormation would put in for a name of the definitions. */
function substituted(name: string, place: Place): string {
  if (name === 'Partition') return partitionOf(place.region).name
  return name.endsWith('Workflow')
    ? arnOf(place, 'states', `stateMachine:${name}`)
    : arnOf(place, 'lambda', `function:${name}`)
}
