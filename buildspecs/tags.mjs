// @ts-check
/**
 * The name of an image, the same from both packagers, and the tags that a build may give to what it makes: it
 * belongs to the stage. Which service it is of is said by the control plane, once the build is over
 * (`functions/record-image.ts`): a build runs the code of an app.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @returns {{name: string, tags: {Key: string, Value: string}[]}}
 */
export function identity({ app, service, stage, hash }) {
  const name = `nanofleet-${stage}-${app}-${service}-${hash}`
  const tags = {
    Name: name,
    CreatedBy: 'ops',
    'nanofleet:stage': stage,
  }
  return { name, tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}
