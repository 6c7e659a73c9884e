// @ts-check
/**
 * Names and tags of an image, the same from both packagers: clean-up and lookup rely on them.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @returns {{name: string, tags: {Key: string, Value: string}[]}}
 */
export function identity({ app, service, stage, hash }) {
  const name = `nanofleet-${stage}-${app}-${service}-${hash}`
  const tags = {
    Name: name,
    CreatedBy: 'ops',
    'nanofleet:stage': stage,
    'nanofleet:app': app,
    'nanofleet:service': service,
    'nanofleet:hash': hash,
  }
  return { name, tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}
