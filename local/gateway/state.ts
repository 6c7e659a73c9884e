/**
 * What the region tells the gateway: the answer to `GET /_nanofleet/elb?version=N`. The region serves exactly
 * this JSON; the names are ELBv2's in camel case, durations are in seconds.
 */
export interface ElbState {
  /** Changes whenever anything below does. Opaque: only compared for equality (it may restart at 1). */
  version: number
  loadBalancers: LoadBalancer[]
  targetGroups: TargetGroup[]
  /** Private addresses of running instances tagged `consulcloud=consulserver`, for `consul.localhost`. */
  consulServers: string[]
}

export interface LoadBalancer {
  arn: string
  name: string
  type: 'application' | 'network'
  /** An NLB's static private addresses, one per subnet mapping; empty for an ALB. */
  addresses: string[]
  /** Attribute `idle_timeout.timeout_seconds`; 60 by default. */
  idleTimeout: number
  listeners: Listener[]
}

export interface Listener {
  arn: string
  port: number
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS'
  defaultActions: Action[]
  /** Without the default rule, in any order: the gateway sorts by priority. */
  rules: Rule[]
}

export interface Rule {
  arn: string
  priority: number
  /** All of them must match. */
  conditions: Condition[]
  actions: Action[]
}

/** One of the values must match. `*` matches any characters, `?` exactly one. */
export interface Condition {
  field: 'host-header' | 'path-pattern'
  values: string[]
}

export type Action = ForwardAction | FixedResponseAction | RedirectAction

/** A single `TargetGroupArn` reads as one entry of weight 1. */
export interface ForwardAction {
  type: 'forward'
  targetGroups: { arn: string; weight: number }[]
}

export interface FixedResponseAction {
  type: 'fixed-response'
  statusCode: number
  contentType: string
  body: string
}

/** Parts may contain `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`; absent parts are kept. */
export interface RedirectAction {
  type: 'redirect'
  statusCode: 301 | 302
  protocol?: string
  host?: string
  port?: string
  path?: string
  query?: string
}

export interface TargetGroup {
  arn: string
  name: string
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS'
  port: number
  /** Attribute `deregistration_delay.timeout_seconds`; 300 by default. */
  deregistrationDelay: number
  /** Attribute `load_balancing.algorithm.type`; the gateway serves `weighted_random` in turn. */
  algorithm: 'round_robin' | 'least_outstanding_requests' | 'weighted_random'
  healthCheck: HealthCheck
  targets: Target[]
}

export interface HealthCheck {
  protocol: 'HTTP' | 'HTTPS' | 'TCP'
  /** `null` means `traffic-port`: the target's own. */
  port: number | null
  path: string
  /** HTTP codes as ELBv2 writes them: `200`, `200,204`, `200-299`. */
  matcher: string
  interval: number
  timeout: number
  healthyThreshold: number
  unhealthyThreshold: number
}

export interface Target {
  /** The instance id, or the address itself in a group of type `ip`. */
  id: string
  port: number
  /** Private address; null while the instance has none (it is then `unused`). */
  address: string | null
  /**
   * `draining` from deregistration until the delay is over or the gateway reports `unused` (its last request
   * has ended), whichever comes first; then the region leaves the target out.
   */
  state: 'registered' | 'draining'
  /** The security groups let no load balancer of the group reach it: checks time out, nothing is sent. */
  blocked?: true
}

/** Body of `PUT /_nanofleet/elb/health`: target group ARN → `<id>:<port>` → health. Only the changes. */
export type HealthReport = Record<string, Record<string, TargetHealth>>

/**
 * As in the answer of `DescribeTargetHealth`, with ELBv2's reason codes such as `Target.FailedHealthChecks`.
 */
export interface TargetHealth {
  state: 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused'
  reason: string
  description: string
}

/** A target's key within its group. */
export const targetKey = (target: Pick<Target, 'id' | 'port'>): string => `${target.id}:${target.port}`
