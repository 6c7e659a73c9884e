import { stringify } from 'yaml'
import { moved } from './moved.ts'

export const DOCKERFILE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'

export const deployment = (name: string, container: object, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'api', ...container }], ...more },
    },
  },
})
export const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ...spec },
})
export const object = (kind: string, name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...more,
})
export const written = (objects: object[]) => objects.map((each) => stringify(each)).join('---\n')
export const k8s = (...objects: object[]) =>
  moved({ 'api/Dockerfile': DOCKERFILE, 'k8s/all.yml': written(objects) }, 'k8s')
