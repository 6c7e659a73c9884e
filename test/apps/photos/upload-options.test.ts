import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { formOf } from '../../../scripts/photos/form.ts'
import { readOptions } from '../../../scripts/photos/options.ts'

describe('the arguments of photos:upload', () => {
  it.each([
    [['cat.jpg'], { file: 'cat.jpg', count: 1, wait: false, json: false, timeoutSeconds: 300 }],
    [['cat.jpg', '20', '--wait'], { file: 'cat.jpg', count: 20, wait: true }],
    [['localhost:8000', 'cat.jpg', '20'], { to: 'localhost:8000', file: 'cat.jpg', count: 20 }],
    [
      ['cat.jpg', '--to', 'http://127.0.0.1:8005', '--filter', 'sepia'],
      { to: 'http://127.0.0.1:8005', filter: 'sepia' },
    ],
  ])('are read: %j', (args, options) => expect(readOptions(args)).toMatchObject(options))

  it.each([
    [[], /FILE: is missing/],
    [['cat.jpg', 'many'], /N: must be a whole number from 1 to \d+, not "many"/],
    [['cat.jpg', '0'], /N: must be a whole number .*, not "0"/],
    [['cat.jpg', '2', 'dog.jpg'], /dog\.jpg: is one argument too many/],
    [['cat.jpg', '--to', 'ftp://x'], /--to: "ftp:\/\/x" is neither/],
    [['cat.jpg', '--fast'], /--fast/],
    [['cat.jpg', '--timeout', 'soon'], /--timeout: must be a whole number .*, not "soon"/],
  ])('are refused in one sentence: %j', (args, sentence) => expect(() => readOptions(args)).toThrow(sentence))

  it('ask for help', () => expect(readOptions(['-h'])).toBe('help'))
})

describe('the form that photos:upload sends', () => {
  it('arrives as it was, whatever is in the picture and its name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.string({ minLength: 1 }), async (bytes, name) => {
        const { type, body } = formOf({ name, bytes: Buffer.from(bytes) }, { token: 't', filter: 'sepia' })
        const form = await new Response(new Uint8Array(body), {
          headers: { 'content-type': type },
        }).formData()
        expect([...form.keys()]).toEqual(['token', 'filter', 'image'])
        const image = form.get('image') as File
        expect(new Uint8Array(await image.arrayBuffer())).toEqual(new Uint8Array(bytes))
      }),
      { numRuns: 50 },
    )
  })
})
