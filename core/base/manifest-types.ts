/** The app manifest after parsing: every default filled in. The schema beside it produces these shapes. */
export interface Manifest {
  app: string
  requires: string[]
  /** Path of the app's own CloudFormation resources, relative to the app's image folder. */
  resources?: string
  /** Where published images come from; absent if the app's services are built from our source. */
  upstream?: Upstream
  /** The app's Kafka cluster; absent if it has none. */
  kafka?: KafkaSpec
  services: Record<string, ServiceSpec>
}

export interface KafkaSpec {
  /** Logical id of the `AWS::MSK::Cluster` among the app's own resources. */
  cluster: string
  topics: Record<string, TopicSpec>
}

export interface TopicSpec {
  partitions: number
  /** Copies of each partition; absent for the cluster's own default. */
  replication?: number
  /** Kafka's settings of a topic, such as `retention.ms`. */
  config: Record<string, string>
}

export interface Upstream {
  /** Host and path of the published images: `<registry>/<service>:<version>`. */
  registry: string
  version: string
  /** Service -> `sha256:…` of its image, for the pinned ones. */
  digests: Record<string, string>
}

export interface ServiceSpec {
  /** Folder that the image is built from, `.` for all; absent if the Dockerfile fetches everything. */
  source?: string
  /** What of the source is no part of the image, as in `.dockerignore`. */
  ignore?: string[]
  /** Port that the service listens on; absent for a worker, which serves nobody. */
  port?: number
  /** Further ports, by name; only what needs `service:name` may call one. */
  ports?: Record<string, number>
  protocol: 'http' | 'grpc' | 'tcp'
  /** Services of the app, or `service:name` for one of their further ports. */
  needs: string[]
  count: Count
  expose?: Expose
  instanceType: string
  /** One processor, whatever the type has; absent for all of them. */
  cpus?: number
  env: Record<string, EnvValue>
  /** Topics that it reads, as the consumer group of its own name, and topics that it writes. */
  kafka?: { read: string[]; write: string[] }
  /** Name -> `own`, or an SSM parameter that somebody else keeps. */
  secrets: Record<string, string>
  permissions: Permission[]
  stateful: boolean
  /** Seconds of a failing Consul check after which an instance is replaced; absent for the usual time. */
  replaceAfter?: number | 'never'
  strategy: 'surge' | 'quorum'
  /** The program takes the arguments of a job from its environment and reports its exit code itself. */
  jobs?: boolean
  /** When its program runs as a job, by itself. */
  schedule?: Schedule
  /** `consulserver` marks the instances that hold the catalog; only the platform uses it. */
  kind: 'service' | 'consulserver'
}

/** Jobs that start by themselves. */
export interface Schedule {
  /** `rate(1 hour)` or `cron(0 3 * * ? *)`. */
  when: string
  /** Of the time zone database. */
  timezone: string
  args: string[]
  /** Seconds that each may run. */
  timeout: number
}

/** `count: 2` is read as `{desired: 2, min: 0, max: 100}`; `{min: 1, max: 5}` starts at its `min`. */
export interface Count {
  desired: number
  min: number
  max: number
}

export interface Expose {
  host: string
  port: number
  path: string
  health: string
}

export type Reference = { Ref: string } | { GetAtt: string }
export type EnvValue = string | Reference

export interface Permission {
  actions: string[]
  resource: string | Reference
}
