/** Names and tags: templates, functions, the CLI and people in the AWS console rely on them. */

export const TAG = {
  stage: 'nanofleet:stage',
  app: 'nanofleet:app',
  service: 'nanofleet:service',
  release: 'nanofleet:release',
  hash: 'nanofleet:hash',
  /** `service` or `consulserver`: the original project's marks, still sufficient on their own. */
  kind: 'consulcloud',
  /** The name of the SSM parameter that holds the Consul definition. */
  definition: 'consulserviceconfig',
  createdBy: 'CreatedBy',
  /** On the instance of a job, whose kind is `job`: the ARN of its run. */
  job: 'nanofleet:job',
  /** On the instance of a job: `yes` if a schedule of the manifest started it. */
  scheduled: 'nanofleet:scheduled',
  /** On a group: seconds after which a sick instance is replaced, or `never`; absent for the usual time. */
  replaceAfter: 'nanofleet:replace-after',
} as const

/** The app that every other app needs. */
export const PLATFORM = 'platform'

/** The value of `CreatedBy` that nanovms/ops gives to its AMIs and that every image of ours carries. */
export const CREATED_BY = 'ops'

export const controlStack = (stage: string): string => `nanofleet-${stage}`
export const appStack = (stage: string, app: string): string => `nanofleet-${stage}-${app}`
export const serviceStack = (stage: string, app: string, service: string): string =>
  `nanofleet-${stage}-${app}-${service}`

export const definitionParameter = (stage: string, app: string, service: string): string =>
  `/nanofleet/${stage}/${app}/${service}/consul`
export const imageParameter = (stage: string, app: string, service: string): string =>
  `/nanofleet/${stage}/${app}/${service}/image`
/** Not below the other parameters, so that no permission on those reaches it. */
export const secretParameter = (stage: string, app: string, name: string): string =>
  `/nanofleet-secrets/${stage}/${app}/${name}`

/** Whose roles: the platform's may do other things than those of all other apps. */
export const roleKind = (app: string): 'apps' | typeof PLATFORM => (app === PLATFORM ? PLATFORM : 'apps')
/** The IAM path of an app's roles and instance profiles. */
export const rolePath = (stage: string, app: string): string => `/nanofleet/${stage}/${roleKind(app)}/`
/** The managed policy that bounds the roles of a kind. */
export const boundary = (stage: string, kind: 'apps' | typeof PLATFORM): string =>
  `nanofleet-${stage}-${kind}-boundary`

/** The name of an image, before what makes it different from another one of the same content. */
export const imageName = (stage: string, app: string, service: string, hash: string): string =>
  `nanofleet-${stage}-${app}-${service}-${hash}`

export const table = (stage: string): string => `nanofleet-${stage}`
export const bucket = (stage: string, account: string): string => `nanofleet-${stage}-${account}`

/** Where access logs and flow logs go. */
export const logBucket = (stage: string, account: string): string => `${bucket(stage, account)}-logs`

/** Name of a Lambda or a state machine of the control plane. */
export const controlName = (stage: string, part: string): string => `nanofleet-${stage}-${part}`

export const bundlePointerKey = (app: string): string => `apps/${app}/current.json`
export const bundleKey = (app: string, digest: string): string => `apps/${app}/${digest}.json`
export const sourceKey = (digest: string): string => `sources/${digest}.tgz`
export const templateKey = (digest: string): string => `templates/${digest}.json`
