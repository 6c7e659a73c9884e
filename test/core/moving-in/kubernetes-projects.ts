import fc from 'fast-check'
import { stringify } from 'yaml'
import { command, image, mostly, name, others, port, value } from './written-values.ts'

const probe = fc.constantFrom<unknown>(
  { httpGet: { path: '/h', port: 'http' } },
  { httpGet: { port: 80 } },
  { grpc: { port: 3000 }, periodSeconds: 3 },
  { tcpSocket: { port: 3000 } },
  { exec: { command: ['ls'] } },
)
const container = fc.record(
  {
    name: mostly(name),
    image: mostly(image),
    command: mostly(command),
    args: mostly(command),
    ports: mostly(
      fc.array(
        fc.record(
          {
            containerPort: port,
            name: fc.constantFrom('http', 'grpc', 'x'),
            protocol: fc.constantFrom('TCP', 'UDP'),
          },
          { requiredKeys: ['containerPort'] },
        ),
        { maxLength: 3 },
      ),
    ),
    env: mostly(
      fc.array(
        fc.oneof<fc.Arbitrary<unknown>[]>(
          fc.record({ name: fc.constantFrom('A', 'DB_HOST', 'API_URL', 'PORT', '__proto__'), value }),
          fc.constantFrom(
            { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
            { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
            { name: 'F', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            {},
          ),
        ),
        { maxLength: 4 },
      ),
    ),
    envFrom: mostly(fc.constantFrom([{ configMapRef: { name: 'c' } }], [{ secretRef: { name: 's' } }, {}])),
    readinessProbe: mostly(probe),
    livenessProbe: mostly(probe),
    resources: mostly(
      fc.constantFrom(
        { limits: { memory: '128Mi', cpu: '250m' } },
        { requests: { memory: '1e3Gi', cpu: 'x' } },
      ),
    ),
    volumeMounts: mostly(
      fc.constantFrom(
        [
          { name: 'v', mountPath: '/etc/x' },
          { name: 'v', mountPath: '/etc/y', subPath: 'k' },
        ],
        [{ name: 'w', mountPath: '../..' }],
      ),
    ),
    workingDir: mostly(fc.constant('/app')),
  },
  { requiredKeys: [] },
)

const labels = (app: string) => ({ app })
const workload = fc
  .record({
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'Job'),
    name,
    containers: fc.array(container, { minLength: 1, maxLength: 2 }),
    replicas: mostly(fc.constantFrom(0, 2)),
  })
  .map(({ kind, name, containers, replicas }) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      replicas,
      template: {
        metadata: { labels: labels(name) },
        spec: {
          containers,
          volumes: [
            { name: 'v', configMap: { name: 'c' } },
            { name: 'w', emptyDir: {} },
          ],
        },
      },
    },
  }))
const service = fc
  .record({
    name,
    type: fc.constantFrom('ClusterIP', 'LoadBalancer', 'ExternalName'),
    ports: mostly(
      fc.constantFrom(
        [{ port: 80, targetPort: 3000 }],
        [{ port: 80, targetPort: 'http', name: 'http' }],
        [{ port: 'x' }],
      ),
    ),
  })
  .map(({ name, type, ports }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type, ports, selector: labels(name) },
  }))
const ingress = name.map((each) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: each, annotations: { 'x/rewrite-target': '/' } },
  spec: {
    tls: [],
    rules: [
      {
        host: `${each}.example.com`,
        http: {
          paths: [
            { path: '/a(/|$)(.*)', backend: { service: { name: each, port: { number: 80 } } } },
            { path: '/b', backend: {} },
          ],
        },
      },
    ],
  },
}))
const rest = fc.constantFrom<unknown>(
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { k: 'v', 'a.conf': 'x' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { k: 'dg==' } },
  { apiVersion: 'v1', kind: 'Whatever' },
  { apiVersion: 'v1', kind: 'List', items: [null, 3, { kind: 'Pod' }] },
  { kind: 'Role', metadata: [] },
  ['x'],
)

export const kubernetesProjects: fc.Arbitrary<Record<string, string>> = fc
  .record({
    objects: fc.array(fc.oneof<fc.Arbitrary<unknown>[]>(workload, workload, service, ingress, rest), {
      minLength: 3,
      maxLength: 8,
    }),
    others,
  })
  .map(({ objects, others }) => ({
    ...others,
    'k8s/all.yml': objects.map((each) => stringify(each)).join('---\n'),
  }))
