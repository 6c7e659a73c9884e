import { describe, expect, it } from '@jest/globals'
import jsonata from 'jsonata'
import { readWorkflows } from '../../scripts/asl.ts'

/** States.Timeout, for one, has no Cause (AWS page "Handling errors in Step Functions workflows"). */
const TIMEOUT = { Error: 'States.Timeout' }

/** Every expression of a workflow that reads an error, with its place. */
function readers(value: unknown, place: string): [string, string][] {
  if (typeof value === 'string') {
    const [, text = ''] = /^\{%([\s\S]*)%\}\s*$/.exec(value) ?? []
    return /\$problem\.|errorOutput\./.test(text) ? [[place, text]] : []
  }
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => readers(inner, `${place}/${key}`))
}

const READERS = [...readWorkflows()].flatMap(([file, machine]) => readers(machine.States, file))

/** What Step Functions adds to JSONata. */
const evaluate = async (text: string): Promise<unknown> => {
  const expression = jsonata(text)
  expression.registerFunction('parse', (json: string) => JSON.parse(json))
  return await expression.evaluate(null, {
    problem: TIMEOUT,
    states: { errorOutput: TIMEOUT, input: { service: 'web', problem: TIMEOUT } },
  })
}

describe('an error without a cause', () => {
  it.each(READERS)('is told by %s', async (_place, text) => {
    expect(await evaluate(text)).toBeDefined()
  })
})
