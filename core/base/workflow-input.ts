import * as z from 'zod'
import { InvalidInput } from './errors.ts'
import { schemaProblems } from './schema-problems.ts'

/**
 * The checked input of a workflow with its defaults filled in.
 * @param workflow the workflow's name, for the message
 * @throws InvalidInput one sentence: `input of build: services.0: "Web" is not a name: …`
 */
export function parseInput<T>(workflow: string, schema: z.ZodType<T>, input: unknown): T {
  const given = input ?? {}
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const keys = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const sentences = schemaProblems(parsed.error, given, () => keys).map(({ path, problem, remedy }) => {
    const place = path.length > 0 ? `${path.join('.')}: ` : ''
    return `${place}${problem}${remedy ? `; ${remedy}` : ''}`
  })
  throw new InvalidInput(`input of ${workflow}`, sentences.join(' | '), undefined, { cause: parsed.error })
}
