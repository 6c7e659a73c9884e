import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import * as z from 'zod'
import { type Handler, lambda } from '../../functions/lib/lambda.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { payloads } from '../support/payloads.ts'
import { printed } from '../support/printed.ts'

const folder = resolve(import.meta.dirname, '../../functions')
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'))

const load = async (name: string): Promise<Handler<never, unknown>> =>
  (await import(join(folder, `${name}.ts`))).handler

/** What a refusal calls the input, where a person gives it to a workflow. */
const WORKFLOW: Record<string, string> = { 'plan-build': 'build' }

describe('every function', () => {
  it.each(names)('%s refuses what it does not know, and writes one line about it', async (name) => {
    const handler = await load(name)
    const { lines } = await printed(async () => {
      // Parts would want the settings of a stage, which are not here.
      const call = handler({ nonsense: 'sEcReT' }, lambdaContext)
      await expect(call).rejects.toMatchObject({
        name: 'InvalidInput',
        message: expect.stringMatching(new RegExp(`^input of ${WORKFLOW[name] ?? name}: \\w+: .`)),
      })
    })
    expect(lines).toMatchObject([
      { level: 'ERROR', error: 'InvalidInput', ms: expect.any(Number), function_name: 'test' },
    ])
    expect(JSON.stringify(lines)).not.toContain('sEcReT')
  })

  it.each(payloads())('$workflow gives $name what it takes: $keys', async ({ name, keys }) => {
    const { input } = await load(name)
    const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
    const forms = (schema.anyOf ?? schema.oneOf ?? [schema]) as z.core.JSONSchema.ObjectSchema[]
    const fits = forms.some(
      ({ properties = {}, required = [], additionalProperties }) =>
        additionalProperties === false &&
        keys.every((key) => key in properties) &&
        required.every((key) => keys.includes(key)),
    )
    expect(fits).toBe(true)
  })

  it('is asked by a workflow, or by events, people, other functions, Consul servers and clients of its URL', () => {
    const asked = new Set(payloads('any').map(({ name }) => name))
    expect(names.filter((name) => !asked.has(name))).toEqual([
      'apps-api',
      'consul',
      'kafka',
      'proxy',
      'reconcile',
      'register',
      'sign-client',
      'sign-server',
    ])
  })
})

describe('the shape of functions', () => {
  const made: string[] = []
  const sample = lambda('sample', {
    input: z.strictObject({ app: z.string(), times: z.int().default(2) }),
    parts: () => {
      made.push('parts')
      return { secret: 'sEcReT' }
    },
    work: async ({ secret }, { app, times }) => {
      if (app === 'broken') throw new TypeError('there is no such app')
      return { long: `${app}${secret}`, times }
    },
    told: ({ times }) => (times > 2 ? undefined : { times }),
  })

  it('makes the parts once, and writes a line with what came of each call and how long it took', async () => {
    expect(made).toEqual([])
    const { lines } = await printed(async () => {
      expect(await sample({ app: 'web' }, lambdaContext)).toEqual({ long: 'websEcReT', times: 2 })
      await sample({ app: 'web', times: 1 }, lambdaContext)
    })
    expect(made).toEqual(['parts'])
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'sample', result: { times: 2 }, ms: expect.any(Number) },
      { level: 'INFO', message: 'sample', result: { times: 1 }, ms: expect.any(Number) },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/sEcReT|web/)
  })

  it('writes no line about what is not worth one', async () => {
    const { lines } = await printed(() => sample({ app: 'web', times: 3 }, lambdaContext))
    expect(lines).toEqual([])
  })

  it('writes why a call failed, and lets the error go on to Lambda', async () => {
    const { lines } = await printed(async () => {
      await expect(sample({ app: 'broken' }, lambdaContext)).rejects.toThrow(TypeError)
    })
    expect(lines).toMatchObject([{ level: 'ERROR', message: 'there is no such app', error: 'TypeError' }])
  })

  it('names every field that is wrong', async () => {
    await printed(() =>
      expect(sample({ times: 1.5, app: 3 }, lambdaContext)).rejects.toThrow(
        'input of sample: app: 3 is not a text; write "3" | times: 1.5 is not a whole number',
      ),
    )
  })

  it('works with other parts, made once as well', async () => {
    const other = sample.wired(() => ({ secret: '!' }))
    await printed(async () =>
      expect(await other({ app: 'web' }, lambdaContext)).toEqual({ long: 'web!', times: 2 }),
    )
  })
})
