/** Kinds of objects that no part of an app stands for, and what to do instead. */
const RIGHTS = [
  'Kubernetes has rights on itself, which nothing here asks',
  'say in permissions in app.yml what the program may do in AWS',
] as const
const STORAGE = [
  'an instance has no disk that outlives it',
  'keep data in a table or a bucket of resources.yml',
] as const
const MESH = ['there is no mesh', 'leave it out'] as const

export const OTHER_KINDS: Record<string, readonly [why: string, instead: string]> = {
  Namespace: ['an app is what keeps names apart', 'leave it out'],
  ServiceAccount: RIGHTS,
  Role: RIGHTS,
  RoleBinding: RIGHTS,
  ClusterRole: RIGHTS,
  ClusterRoleBinding: RIGHTS,
  HorizontalPodAutoscaler: [
    'nothing scales by itself',
    'give count in app.yml, and change it with "nanofleet scale"',
  ],
  VerticalPodAutoscaler: ['nothing scales by itself', 'give instanceType in app.yml'],
  PodDisruptionBudget: ['a deployment starts new instances before old ones go', 'leave it out'],
  NetworkPolicy: ['only what needs and expose name is open', 'check needs in app.yml'],
  PersistentVolume: STORAGE,
  PersistentVolumeClaim: STORAGE,
  StorageClass: STORAGE,
  DaemonSet: ['there are no hosts to run one on each', 'let the programs of services do its work'],
  Job: ['a program that ends is no service', 'run its program once with "nanofleet job"'],
  CronJob: [
    'a program that ends is no service',
    'init --from its Dockerfile, and give the service a schedule',
  ],
  Pod: ['nobody starts it again', 'make it a Deployment'],
  IngressClass: ['the load balancer of the stage is the only one', 'leave it out'],
  PriorityClass: ['each instance has a machine of its own', 'leave it out'],
  LimitRange: ['each instance has a machine of its own', 'give instanceType in app.yml'],
  ResourceQuota: ['AWS has quotas', '"nanofleet doctor" shows them'],
  CustomResourceDefinition: ['there is no API to add kinds to', 'leave it out'],
  MutatingWebhookConfiguration: ['there is no API to change', 'leave it out'],
  ValidatingWebhookConfiguration: ['there is no API to change', 'leave it out'],
  Kustomization: [
    'a list of files, which is not carried out',
    '"kubectl kustomize FOLDER > app.yml" writes the objects; run init on that file',
  ],
  Endpoints: ['addresses are not written by hand', 'give the address in env in app.yml'],
  EndpointSlice: ['addresses are not written by hand', 'give the address in env in app.yml'],
  ServiceMonitor: ['there is no Prometheus', 'use CloudWatch'],
  PodMonitor: ['there is no Prometheus', 'use CloudWatch'],
  PrometheusRule: ['there is no Prometheus', 'use CloudWatch'],
  Certificate: ['a stage with a domain has a certificate', 'leave it out'],
  Issuer: ['a stage with a domain has a certificate', 'leave it out'],
  ClusterIssuer: ['a stage with a domain has a certificate', 'leave it out'],
  Gateway: ['the load balancer of the stage is the only one', 'expose a service in app.yml'],
  GatewayClass: ['the load balancer of the stage is the only one', 'leave it out'],
  HTTPRoute: ['it is not read', 'expose the service in app.yml: host and path'],
  GRPCRoute: ['the gateway serves http', 'leave it out'],
  VirtualService: MESH,
  DestinationRule: MESH,
  ServiceEntry: MESH,
  Sidecar: MESH,
  PeerAuthentication: MESH,
  AuthorizationPolicy: MESH,
  ServiceProfile: MESH,
}

export const UNKNOWN_KIND = ['is a kind that nothing here stands for', 'leave it out'] as const
