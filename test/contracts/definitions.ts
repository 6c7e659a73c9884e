import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { DefinitionSource } from '../../core/registration/definitions.ts'

/** Definitions below a prefix that nobody else writes to. */
export interface DefinitionsUnderTest {
  source: DefinitionSource
  prefix: string
  put(name: string, text: string, kind?: 'plain' | 'secret'): Promise<void>
  /** A name that cannot be read, and that spoils a request for others. */
  unreadable: string
  stop(): Promise<void>
}

/** What every implementation of `DefinitionSource` does. */
export function definitionsContract(name: string, start: () => Promise<DefinitionsUnderTest>): void {
  describe(`the definitions ${name}`, () => {
    let under: DefinitionsUnderTest
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(() => under?.stop())

    const named = (suffix: string): string => `${under.prefix}/${suffix}/consul`

    it('are read as they were written, secret or not', async () => {
      const text = '{"service": {"name": "wéb", "port": 80}}\n'
      await under.put(named('plain'), text)
      await under.put(named('secret'), 'hidden', 'secret')
      const { found, missing, failed } = await under.source.read([named('plain'), named('secret')])
      expect(found).toEqual(
        new Map([
          [named('plain'), text],
          [named('secret'), 'hidden'],
        ]),
      )
      expect([missing, [...failed]]).toEqual([[], []])
    })

    it('are read in full, up to the 8 KiB of an advanced parameter', async () => {
      const text = JSON.stringify([{ name: 'web', meta: { note: 'x'.repeat(8000) } }])
      await under.put(named('long'), text)
      const { found } = await under.source.read([named('long')])
      expect(found.get(named('long'))).toBe(text)
    })

    it('are read as last written', async () => {
      await under.put(named('changed'), 'one')
      await under.put(named('changed'), 'two')
      const { found } = await under.source.read([named('changed')])
      expect(found.get(named('changed'))).toBe('two')
    })

    it('are found, missing or failed: each name is in one of the three', async () => {
      await under.put(named('there'), 'yes')
      const wanted = [named('there'), named('absent'), under.unreadable]
      const { found, missing, failed } = await under.source.read(wanted)
      expect([...found.keys()]).toEqual([named('there')])
      expect(missing).toEqual([named('absent')])
      expect([...failed.keys()]).toEqual([under.unreadable])
      expect(failed.get(under.unreadable)).toBeInstanceOf(Error)
    })

    it('are read however many there are', async () => {
      const names = Array.from({ length: 23 }, (_, index) => named(`many-${index}`))
      for (const each of names.slice(0, 22)) await under.put(each, each)
      const { found, missing } = await under.source.read(names)
      expect(found).toEqual(new Map(names.slice(0, 22).map((each) => [each, each])))
      expect(missing).toEqual(names.slice(22))
    })

    it('are none when none are requested', async () => {
      const { found, missing, failed } = await under.source.read([])
      expect([found.size, missing, failed.size]).toEqual([0, [], 0])
    })
  })
}
