import { describe, expect, it } from '@jest/globals'
import { zonesOfStage } from '../../../core/template/zones.ts'

const [A, B, C, D] = ['r-1a', 'r-1b', 'r-1c', 'r-1d'] as const
type Case = [
  what: string,
  seen: string[],
  micro: string[],
  already: { stands?: string[]; named?: string[] },
  outcome: string[] | string,
]

const REFUSALS: Record<string, string> = {
  one: `zones: the account sees only the zone ${A} here, a stage needs two; choose another region`,
  none: 'zones: the account sees no zone here, a stage needs two; choose another region',
  lacking: `zones: EC2 does not offer t3.micro in ${B}, t3.micro in ${C}; write another`,
  strange: `zones: the account sees no zone ${D} here; name some of ${A}, ${B}, ${C}`,
  many: `zones: ${A},${A} are not two or three zones; name two or three of ${A}, ${B}`,
  moved: `zones: the stage is in ${A}, ${B}, and its subnets cannot move; name ${A},${B}, or make a stage`,
}

describe('the zones of a stage', () => {
  it.each<Case>([
    ['are the first three', [D, C, B, A], [A, B, C, D], {}, [A, B, C]],
    ['are two where there are two', [C, A], [A, C], {}, [A, C]],
    ['leave out one that lacks a type', [A, B, C, D], [A, C, D], {}, [A, C, D]],
    ['are two when the third lacks a type', [A, B, C], [A, C], {}, [A, C]],
    ['cannot be one', [A], [A], {}, 'one'],
    ['cannot be none', [], [], {}, 'none'],
    ['cannot lack a type in all but one', [A, B, C], [A], {}, 'lacking'],
    ['are those that were named', [A, B, C], [A, B, C], { named: [C, A] }, [C, A]],
    ['cannot be named wrongly', [A, B, C], [A, B, C], { named: [A, D] }, 'strange'],
    ['cannot be one zone twice', [A, B], [A, B], { named: [A, A] }, 'many'],
    ['cannot be named where a type is missing', [A, B, C], [A], { named: [A, B, C] }, 'lacking'],
    ['stay, whatever else there is now', [A, B, C], [A, B, C], { stands: [B, C] }, [B, C]],
    ['stay when a type is no longer offered', [A, B], [A], { stands: [A, B] }, [A, B]],
    ['stay when they are named', [A, B, C], [], { stands: [A, B], named: [A, B] }, [A, B]],
    ['may get a third', [A, B, C], [A, B, C], { stands: [A, B], named: [A, B, C] }, [A, B, C]],
    ['cannot move', [A, B, C], [A, B, C], { stands: [A, B], named: [A, C] }, 'moved'],
    ['cannot become fewer', [A, B], [A, B], { stands: [A, B], named: [A] }, 'moved'],
  ])('%s', (_what, zones, micro, already, outcome) => {
    const facts = { zones, offers: new Map([['t3.micro', micro]]) }
    const chosen = () => zonesOfStage(facts, already)
    if (typeof outcome === 'string') expect(chosen).toThrow(REFUSALS[outcome])
    else expect(chosen()).toEqual(outcome)
  })
})
