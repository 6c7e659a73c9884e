import { createRequire } from 'node:module'
import type { ClientSettings } from './clients/settings.ts'
import type * as clients from './clients.ts'

/** Where AWS is and who asks. */
export interface StageSettings extends ClientSettings {
  region: string
}

/** The file of each client in `clients.ts`. */
const FILES = {
  autoScaling: './clients/auto-scaling.ts',
  cloudFormation: './clients/cloud-formation.ts',
  cloudWatch: './clients/cloud-watch.ts',
  codeBuild: './clients/code-build.ts',
  documents: './clients/documents.ts',
  ec2: './clients/ec2.ts',
  lambda: './clients/lambda.ts',
  loadBalancing: './clients/load-balancing.ts',
  logs: './clients/logs.ts',
  s3: './clients/s3.ts',
  sqs: './clients/sqs.ts',
  ssm: './clients/ssm.ts',
  stepFunctions: './clients/step-functions.ts',
  sts: './clients/sts.ts',
} as const satisfies Partial<Record<keyof typeof clients, string>>

type Name = keyof typeof FILES
type Client<N extends Name> = ReturnType<(typeof clients)[N]>

/** Synchronous, unlike `import()`, so that callers need not wait for a client. */
const require = createRequire(import.meta.url)

/**
 * The SDK clients of one stage, made on first use and kept, so that connections are reused. Their packages
 * are loaded then, too: all of them take half a second, and a command needs only a few.
 */
export class StageClients {
  readonly #settings: StageSettings
  readonly #made = new Map<Name, unknown>()

  constructor(settings: StageSettings) {
    this.#settings = settings
  }

  /** The local region's; undefined for AWS itself. */
  get endpoint(): string | undefined {
    return this.#settings.endpoint
  }

  /** Clients that try each call once, for what must not be done twice. */
  unrepeated = () => new StageClients({ ...this.#settings, maxAttempts: 1 })

  autoScaling = () => this.#client('autoScaling')
  cloudFormation = () => this.#client('cloudFormation')
  cloudWatch = () => this.#client('cloudWatch')
  codeBuild = () => this.#client('codeBuild')
  documents = () => this.#client('documents')
  ec2 = () => this.#client('ec2')
  lambda = () => this.#client('lambda')
  loadBalancing = () => this.#client('loadBalancing')
  logs = () => this.#client('logs')
  s3 = () => this.#client('s3')
  sqs = () => this.#client('sqs')
  ssm = () => this.#client('ssm')
  stepFunctions = () => this.#client('stepFunctions')
  sts = () => this.#client('sts')

  #client<N extends Name>(name: N): Client<N> {
    const known = this.#made.get(name) as Client<N> | undefined
    if (known) return known
    const make = (require(FILES[name]) as Record<N, (settings: ClientSettings) => Client<N>>)[name]
    const made = make(this.#settings)
    this.#made.set(name, made)
    return made
  }
}
