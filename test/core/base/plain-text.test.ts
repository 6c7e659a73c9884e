import { describe, expect, it } from '@jest/globals'
import { plainText } from '../../../core/base/plain-text.ts'
import { explainBuild } from '../../../core/images/build-failure.ts'

describe('what a program wrote for a terminal', () => {
  it.each([
    ['colours', '\x1b[1;31merror\x1b[0m: no such file', 'error: no such file'],
    ['colours of 24 bits', '\x1b[38;2;255;0;0mred\x1b[m', 'red'],
    ['a cursor that moves', '\x1b[2K\x1b[1Gdone\x1b[?25h', 'done'],
    [
      'a title and a link',
      '\x1b]0;evil\x07see \x1b]8;;https://a.example\x1b\\here\x1b]8;;\x1b\\',
      'see here',
    ],
    ['sequences of eight bits', '\x9b31mred\x9b0m', 'red'],
    ['another character set', '\x1b(Bplain', 'plain'],
    ['a string that never ends', 'a\x1b]0;rest', 'a'],
    ['a progress bar', '10 %\r50 %\r100 %\nready\r\n', '100 %\nready\n'],
    ['a bell and a backspace', 'a\x07b\x08c\x00', 'abc'],
    ['tabs, lines and letters', 'a\tb\nwéb 🦊 [31m', 'a\tb\nwéb 🦊 [31m'],
  ])('is text without %s', (_what, written, text) => {
    expect(plainText(written)).toBe(text)
  })

  it('is text in the sentence about a failed build', () => {
    const log = ['\x1b[36m#5 [2/3] RUN make\x1b[0m', '\x1b[31mmake: *** [all] Error 2\x1b[0m', '\x1b[0m']
    const build = { id: 'p:1', status: 'FAILED', phase: 'BUILD', message: '', log }
    expect(explainBuild(build)).toBe(
      'the build failed in phase BUILD: #5 [2/3] RUN make / make: *** [all] Error 2 (CodeBuild p:1)',
    )
  })
})
