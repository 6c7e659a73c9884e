import {
  DeleteParametersCommand,
  PutParameterCommand,
  paginateDescribeParameters,
  paginateGetParametersByPath,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import {
  type SettingKind,
  type SettingName,
  settingName,
  settingParameter,
  settingsPath,
} from '../../core/base/settings.ts'
import type { SettingsPorts } from '../../core/deploy/plan-settings.ts'

/** A setting without its value. */
export interface KeptSetting extends SettingName {
  version: number
  /** ISO time of the last change. */
  at: string
  /** Who made it, as IAM names them. */
  by: string
}

/** DeleteParameters takes ten names (Systems Manager API Reference). */
const NAMES = 10

/**
 * The secrets or the variables of an app in Parameter Store. Secrets are SecureStrings under the account's
 * key alias/aws/ssm; nothing here can read one.
 */
export class AppSettings {
  readonly #client: SSMClient
  readonly #kind: SettingKind
  readonly #stage: string
  readonly #app: string

  constructor(client: SSMClient, kind: SettingKind, stage: string, app: string) {
    this.#client = client
    this.#kind = kind
    this.#stage = stage
    this.#app = app
  }

  /** All that are set, sorted by their parameters. */
  async list(): Promise<KeptSetting[]> {
    const ParameterFilters = [{ Key: 'Path', Option: 'Recursive', Values: [this.#path] }]
    const found: KeptSetting[] = []
    await this.#told('listed', async () => {
      for await (const page of paginateDescribeParameters(
        { client: this.#client, pageSize: 50 },
        { ParameterFilters },
      ))
        for (const { Name = '', Version = 0, LastModifiedDate, LastModifiedUser = '' } of page.Parameters ??
          []) {
          const name = settingName(this.#kind, this.#stage, this.#app, Name)
          if (name)
            found.push({
              ...name,
              version: Version,
              at: LastModifiedDate?.toISOString() ?? '',
              by: LastModifiedUser,
            })
        }
    })
    return found.sort((one, other) => this.#order(one).localeCompare(this.#order(other)))
  }

  /** The values of variables. */
  async values(): Promise<(SettingName & { value: string })[]> {
    const found: (SettingName & { value: string })[] = []
    await this.#told('read', async () => {
      const request = { Path: this.#path, Recursive: true }
      for await (const page of paginateGetParametersByPath({ client: this.#client, pageSize: 10 }, request))
        for (const { Name = '', Value = '' } of page.Parameters ?? []) {
          const name = settingName(this.#kind, this.#stage, this.#app, Name)
          if (name) found.push({ ...name, value: Value })
        }
    })
    return found.sort((one, other) => this.#order(one).localeCompare(this.#order(other)))
  }

  /** @returns the version that it got */
  async set(name: SettingName, value: string): Promise<number> {
    const request = {
      Name: settingParameter(this.#kind, this.#stage, this.#app, name),
      Value: value,
      Type: this.#kind === 'secrets' ? ('SecureString' as const) : ('String' as const),
      // Above 4 KiB a parameter is an advanced one.
      Tier: 'Intelligent-Tiering' as const,
      Overwrite: true,
      Description: `Set by nanofleet ${this.#kind}`,
    }
    return await this.#told(
      'written',
      async () => (await this.#client.send(new PutParameterCommand(request))).Version ?? 0,
    )
  }

  /** Removes them with all their versions; a missing one is not an error. */
  async remove(names: readonly SettingName[]): Promise<void> {
    const all = names.map((name) => settingParameter(this.#kind, this.#stage, this.#app, name))
    await this.#told('removed', async () => {
      for (let at = 0; at < all.length; at += NAMES)
        await this.#client.send(new DeleteParametersCommand({ Names: all.slice(at, at + NAMES) }))
    })
  }

  get #path(): string {
    return settingsPath(this.#kind, this.#stage, this.#app)
  }

  #order({ service = '', name }: SettingName): string {
    return `${service}/${name}`
  }

  /** AWS's refusals name the parameter and the action, never a value. */
  async #told<T>(done: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const { name, message } = cause as Error
      const Failure = name === 'AccessDeniedException' ? ServiceRefusal : ServiceFailure
      const what = this.#kind === 'secrets' ? 'secrets' : 'variables'
      throw new Failure(`the ${what} of ${this.#app} cannot be ${done}: ${message}`, { cause })
    }
  }
}

/** What is set by hand for any app of a stage, as plans read it. */
export const settingsOf = (client: SSMClient, stage: string): SettingsPorts => ({
  variables: (app) => new AppSettings(client, 'env', stage, app).values(),
  secrets: (app) => new AppSettings(client, 'secrets', stage, app).list(),
})
