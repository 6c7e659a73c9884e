import { boundaries as forStage } from '../../core/template/boundaries.ts'

/**
 * Variable of serverless.yml: `${file(resources/plugin/boundaries.js):boundaries}`. They are code, as a push
 * and a plan hold manifests against the same list of actions.
 */
export async function boundaries({ resolveVariable }) {
  return forStage({ name: await resolveVariable('sls:stage') })
}
