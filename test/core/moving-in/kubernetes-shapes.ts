import fc from 'fast-check'
import { mostly, name, strange } from './written-values.ts'

/** The rarer forms of Kubernetes' objects, as its reference writes them. */
const of = (...values: unknown[]) => mostly(fc.constantFrom<unknown>(...values))

export const probe = fc.constantFrom<unknown>(
  { httpGet: { path: '/h', port: 'http' } },
  { httpGet: { port: 80 } },
  { httpGet: { path: 'no slash', port: 3000, scheme: 'HTTPS' } },
  {
    httpGet: {
      path: '/a?b=c d',
      port: 3000,
      httpHeaders: [{ name: 'Cookie', value: 'x=1; y' }, {}, { name: 'A\nB' }],
    },
  },
  {
    httpGet: { path: '/', port: 8080, host: 'other' },
    initialDelaySeconds: 5,
    periodSeconds: 0,
    timeoutSeconds: 100,
  },
  { grpc: { port: 3000, service: 'x' }, periodSeconds: 3, failureThreshold: 2 },
  { grpc: { port: '50051' } },
  { tcpSocket: { port: 'none' } },
  { tcpSocket: { port: 3000 } },
  { exec: { command: ['ls'] } },
  { exec: { command: ['sh', '-c', 'wget -qO- http://localhost:3000/ || exit 1'] } },
  {},
)

/** Keys of a container beside the plain ones. */
export const containerKeys: fc.Arbitrary<object> = fc.record(
  {
    startupProbe: mostly(probe),
    livenessProbe: mostly(probe),
    readinessProbe: mostly(probe),
    envFrom: of(
      [
        { configMapRef: { name: 'c', optional: true }, prefix: 'P_' },
        { secretRef: { name: 's' }, prefix: '1' },
      ],
      [{ configMapRef: { name: 'none' } }],
    ),
    env: of(
      [{ name: 'R', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', containerName: 'x' } } }],
      [
        { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'none', optional: true } } },
        { name: 'E', valueFrom: {} },
      ],
      [
        { name: 'A', value: '$(B) $$(C) $(A)' },
        { name: 'A', value: 2 },
        { name: '', value: 'x' },
        { name: 'N', value: null },
      ],
      [{ name: 'F', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } } }],
    ),
    resources: of(
      { limits: { memory: '1.5Gi', cpu: 2 }, requests: { memory: '64M', cpu: '0.1' } },
      { limits: { memory: '100Ti', 'nvidia.com/gpu': 1 }, claims: [{ name: 'x' }] },
      { limits: { memory: '1e9', cpu: '1500m' } },
    ),
    lifecycle: of({ preStop: { exec: { command: ['sleep', '5'] } } }),
    volumeMounts: of(
      [{ name: 'p', mountPath: '/data' }, { name: 's', mountPath: '/s', readOnly: true }, { name: 'j' }],
      [
        { name: 'v', mountPath: '/etc/x', subPath: 'a.conf' },
        { name: 'none', mountPath: '/n' },
        { name: 'd', mountPath: '/d' },
      ],
    ),
    securityContext: of({ readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }),
    imagePullPolicy: of('Always'),
    restartPolicy: of('Always'),
    tty: of(true),
  },
  { requiredKeys: [] },
)

/** Keys of a pod beside its containers. */
export const podKeys: fc.Arbitrary<object> = fc.record(
  {
    initContainers: of(
      [{ name: 'wait', image: 'busybox', command: ['sh', '-c', 'until nc -z db 5432; do sleep 1; done'] }],
      [{ name: 'proxy', image: 'envoy', restartPolicy: 'Always' }, {}],
    ),
    volumes: of([
      {
        name: 'v',
        configMap: {
          name: 'c',
          items: [
            { key: 'k', path: '../../k' },
            { key: 'a.conf', path: 'a.conf' },
          ],
        },
      },
      { name: 'p', persistentVolumeClaim: { claimName: 'x' } },
      { name: 's', secret: { secretName: 's' } },
      { name: 'j', projected: { sources: [{ configMap: { name: 'c' } }, { secret: { name: 's' } }] } },
      { name: 'd', downwardAPI: { items: [] } },
    ]),
    hostNetwork: of(true),
    serviceAccountName: of('x'),
    affinity: of({ podAntiAffinity: {} }),
    tolerations: of([{ operator: 'Exists' }]),
    nodeSelector: of({ a: 'b' }),
    topologySpreadConstraints: of([{}]),
    terminationGracePeriodSeconds: of(30),
  },
  { requiredKeys: [] },
)

/** Keys of a workload beside its template. */
export const workloadKeys: fc.Arbitrary<object> = fc.record(
  {
    strategy: of({ type: 'Recreate' }, { rollingUpdate: { maxSurge: '25%' } }),
    volumeClaimTemplates: of([{ metadata: { name: 'data' }, spec: {} }, {}]),
    serviceName: of('web'),
    schedule: of('*/5 * * * *'),
    jobTemplate: of({ spec: { template: { spec: { containers: [{ name: 'x', image: 'y' }] } } } }),
    selector: of(
      { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'x', operator: 'In', values: ['y'] }] },
      { app: 'web' },
    ),
    minReadySeconds: of(5),
  },
  { requiredKeys: [] },
)

const backend = fc.constantFrom<unknown>(
  { service: { name: 'web', port: { number: 80 } } },
  { service: { name: 'api', port: { name: 'http' } } },
  { service: { name: 'none', port: {} } },
  { serviceName: 'web', servicePort: 80 },
  { resource: { kind: 'StorageBucket', name: 'x' } },
)
const path = fc.record({
  path: fc.constantFrom<unknown>(
    '/',
    '/api',
    '/api/*',
    '/(.*)',
    '/ü',
    'no slash',
    undefined,
    '/a b',
    `/${'x'.repeat(200)}`,
  ),
  pathType: fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'),
  backend,
})
const host = fc.constantFrom<unknown>(
  'shop.example.com',
  '*.example.com',
  undefined,
  'consul.example.com',
  'UPPER.x',
  '1',
)
const ingress = fc
  .record({
    name,
    rules: mostly(
      fc.array(fc.record({ host, http: fc.record({ paths: fc.array(path, { maxLength: 3 }) }) }), {
        maxLength: 3,
      }),
    ),
    fallback: mostly(backend),
    old: fc.boolean(),
  })
  .map(({ name, rules, fallback, old }) => ({
    apiVersion: old ? 'extensions/v1beta1' : 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: { 'nginx.ingress.kubernetes.io/auth-type': 'basic' } },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['x'] }],
      rules,
      [old ? 'backend' : 'defaultBackend']: fallback,
    },
  }))
const service = fc
  .record({
    name,
    spec: of(
      {
        type: 'NodePort',
        ports: [{ port: 80, targetPort: 3000, nodePort: 30080, appProtocol: 'kubernetes.io/h2c' }],
      },
      {
        clusterIP: 'None',
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 80, targetPort: 'none' },
        ],
      },
      { type: 'ExternalName', externalName: 'db.example.com' },
      { type: 'LoadBalancer', ports: [{ port: '443', targetPort: '8080', name: 'grpc-web' }] },
      { ports: null, selector: null },
    ),
  })
  .map(({ name, spec }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ...(typeof spec === 'object' ? spec : {}) },
  }))

const kinds = fc.constantFrom(
  ...['HorizontalPodAutoscaler', 'PersistentVolumeClaim', 'PodDisruptionBudget', 'NetworkPolicy', 'Pod'],
  ...[
    'DaemonSet',
    'CronJob',
    'Job',
    'ReplicaSet',
    'ReplicationController',
    'Namespace',
    'HTTPRoute',
    'Widget',
  ],
)

/** Objects that are no plain workload or service. */
export const otherObjects: fc.Arbitrary<unknown> = fc.oneof<fc.Arbitrary<unknown>[]>(
  ingress,
  service,
  fc.record({ kind: kinds, name, spec: mostly(strange) }).map(({ kind, name, spec }) => ({
    apiVersion: 'x/v1',
    kind,
    metadata: { name },
    spec,
  })),
)
