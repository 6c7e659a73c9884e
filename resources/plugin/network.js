import { StageClients } from '../../adapters/aws/stage-clients.ts'
import { stageZones } from '../../adapters/aws/stage-zones.ts'
import { AppFiles } from '../../adapters/sources/app-files.ts'
import { readApps } from '../../adapters/sources/read-apps.ts'
import { instanceTypes } from '../../core/manifest/processors.ts'
import { ANY_ZONES, controlNetwork, zoneLetters } from '../../core/template/control-network.ts'
import { appsRoot, localRegion } from './local-region.js'

/**
 * Variables of serverless.yml: `${file(resources/plugin/network.js):network}`. The network is code, because
 * `plan-deploy` proves each plan against it: what is packaged here is what the function contains.
 */
export async function network(serverless) {
  const [name, vpcCidr, chosen] = await Promise.all([
    serverless.resolveVariable('sls:stage'),
    serverless.resolveVariable('param:vpcCidr'),
    chosenZones(serverless),
  ])
  const { Resources } = controlNetwork({ name, vpcCidr, zones: chosen })
  return { Resources }
}

export const zones = (serverless) =>
  listed(serverless, (letter) => ({ 'Fn::GetAtt': [`PrivateSubnet${letter}`, 'AvailabilityZone'] }))
export const privateSubnets = (serverless) => listed(serverless, ref('PrivateSubnet'))
export const publicSubnets = (serverless) => listed(serverless, ref('PublicSubnet'))
export const privateRouteTables = (serverless) => listed(serverless, ref('PrivateRoutes'))
export const subnetIds = async (serverless) =>
  zoneLetters(await chosenZones(serverless)).map(ref('PrivateSubnet'))
export async function privateCidrs(serverless) {
  const { length } = await chosenZones(serverless)
  return joined({ 'Fn::Cidr': [await serverless.resolveVariable('param:vpcCidr'), length, 12] })
}

const ref = (kind) => (letter) => ({ Ref: `${kind}${letter}` })
const joined = (values) => ({ 'Fn::Join': [',', values] })
const listed = async (serverless, of) => joined(zoneLetters(await chosenZones(serverless)).map(of))

/** The region's answer: every variable above needs it. */
let answer

/**
 * The zones as `param:zones` names them. Who deploys asks the region; a package that is made without AWS
 * takes the first three. Variables are resolved each time, as the framework tries again when one is not known
 * yet.
 */
async function chosenZones({ resolveVariable }) {
  const [stage, region, text] = [
    await resolveVariable('sls:stage'),
    await resolveVariable('self:provider.region'),
    await resolveVariable('param:zones'),
  ]
  const named = text ? String(text).split(/\s*,\s*/) : undefined
  if (!process.argv.includes('deploy')) return named ?? ANY_ZONES
  answer ??= ask(stage, region, named)
  return await answer
}

async function ask(stage, region, named) {
  const clients = new StageClients({ region, ...localTarget(stage) })
  try {
    return await stageZones(clients, { stage, region }, await types(), named)
  } catch (cause) {
    // The framework prints the stack of an error, and this is one sentence for a person.
    throw Object.assign(new Error(cause.message, { cause }), { name: 'Stage', stack: undefined })
  }
}

function localTarget(stage) {
  const record = stage === 'local' ? localRegion() : null
  if (!record) return {}
  return { endpoint: process.env.AWS_ENDPOINT_URL ?? record.endpoint, credentials: record.credentials }
}

/** Of every app that can be read; what is wrong with the others is said when they are pushed. */
async function types() {
  const files = await AppFiles.of(appsRoot(process.cwd()))
  const { read } = await readApps(files, await files.apps(), [])
  return instanceTypes(read.map(({ pieces }) => pieces.manifest))
}
