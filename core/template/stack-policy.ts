import { DATA_TYPES } from './data-types.ts'

/**
 * The stack policy of an app's own stack: no update replaces or removes what holds data (User Guide, "Prevent
 * updates to stack resources"), no matter who starts it. It does not hold for the deletion of the stack.
 * @param given logical ids whose loss was confirmed, for the policy of that one update
 */
export function stackPolicy(given: readonly string[] = []): string {
  const names = given.map((name) => `LogicalResourceId/${name}`)
  return JSON.stringify({
    Statement: [
      { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: ['Update:Replace', 'Update:Delete'],
        Principal: '*',
        ...(names.length > 0 ? { NotResource: names } : { Resource: '*' }),
        Condition: { StringEquals: { ResourceType: DATA_TYPES } },
      },
    ],
  })
}
