import type { Template } from '../base/cloudformation.ts'
import { NotFound } from '../base/errors.ts'
import type { Stage } from '../base/stage.ts'
import type { AppTemplates } from './app-templates.ts'
import type { Outputs } from './parameters.ts'
import { type Change, type StandingStack, stackChange } from './stack-change.ts'
import { wantedAppStack, wantedServiceStack } from './wanted-stacks.ts'

/** An app's existing stacks, and the outside values that the wanted ones need. */
export interface StandingApp {
  own: StandingStack | undefined
  /** The wanted services that have a working stack. */
  services: Record<string, StandingStack>
  /** Outputs of the app's stack and of the platform's. */
  outputs: { app: Outputs | undefined; platform: Outputs | undefined }
  /** Addresses of the brokers of the app's Kafka cluster, if it has one. */
  kafkaBrokers?: string | undefined
}

/** What a deployment does to each stack of an app. */
export interface AppChanges {
  app: Change
  services: Record<string, Change>
}

/**
 * Compares an app's templates with its stacks.
 * @param images the AMI of each service
 * @param release the current one; another number alone is not a change
 */
export function appChanges(
  stage: Stage,
  { app, own, services }: AppTemplates,
  standing: StandingApp,
  images: ReadonlyMap<string, string | undefined>,
  release: number,
): AppChanges {
  const { outputs, kafkaBrokers } = standing
  const ofService = ([service, template]: [string, Template]): [string, Change] => {
    const sources = { ...outputs, imageId: images.get(service), kafkaBrokers, release }
    const wanted = () => wantedServiceStack(stage, { app, service }, template, sources)
    return [service, tolerant(standing.services[service], wanted)]
  }
  return {
    app: tolerant(standing.own, () => wantedAppStack(stage, app, own, outputs.platform)),
    services: Object.fromEntries(Object.entries(services).map(ofService)),
  }
}

/** A value that only the next stack of the app or platform will provide is a change, not an error. */
function tolerant(
  standing: StandingStack | undefined,
  wanted: () => Parameters<typeof stackChange>[1],
): Change {
  if (!standing) return { action: 'create', reasons: ['it does not exist'] }
  try {
    return stackChange(standing, wanted())
  } catch (error) {
    if (error instanceof NotFound)
      return { action: 'update', reasons: ['it takes a value that another stack gives first'] }
    throw error
  }
}
