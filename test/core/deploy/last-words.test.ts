import { describe, expect, it } from '@jest/globals'
import { lastWords } from '../../../core/deploy/last-words.ts'

describe('the last words of a console', () => {
  it.each([
    ['the last line', 'web listens on 8080\nthe ledger is missing\n', 'the ledger is missing'],
    [
      'not what the machine says about its program',
      'the ledger is missing\n[i-0abc12] program ended: exit code 1\n',
      'the ledger is missing',
    ],
    [
      'the error above a stack of Node',
      `/app/main.mjs:7
    throw new Error('PORT is not set')
          ^

Error: PORT is not set
    at requiredPort (/app/main.mjs:7:11)
    at /app/main.mjs:12:1

Node.js v24.21.0
[i-0abc12] program ended: exit code 1`,
      'Error: PORT is not set',
    ],
    [
      'the panic above a stack of Go',
      'started\npanic: no leader\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\n',
      'panic: no leader',
    ],
    [
      "the machine's, when the program said nothing",
      '[i-0abc12] program ended: exit code 1',
      '[i-0abc12] program ended: exit code 1',
    ],
    ['an error among the last fifty lines', `Error: old\n${'a\n'.repeat(49)}`, 'Error: old'],
    ['no error from before the last fifty lines', `Error: old\n${'a\n'.repeat(50)}`, 'a'],
    [
      "the program's, with the machine's note",
      '2026/01/01 00:00:00 listen tcp :8080: bind: address already in use\n[i-0abc12] note: take HOST\n[i-0abc12] program ended: exit code 1',
      '2026/01/01 00:00:00 listen tcp :8080: bind: address already in use (take HOST)',
    ],
    ['nothing of an empty console', '\n \n', undefined],
  ])('are %s', (_which, console, expected) => {
    expect(lastWords(console)).toBe(expected)
  })
})
