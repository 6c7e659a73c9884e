import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Mutant } from './mutant.ts'

const Judgement = z.strictObject({
  file: z.string(),
  was: z.string(),
  becomes: z.string(),
  why: z.string().min(10),
})

/** A mutant that changes nothing that anybody could see, and why. Its key is the words, so lines may move. */
export type Judgement = z.infer<typeof Judgement>

/** @throws ZodError when an entry lacks a word */
export function readJudgements(path: string): Judgement[] {
  return z.array(Judgement).parse(parse(readFileSync(path, 'utf8')) ?? [])
}

/** Why the mutant means nothing; undefined when nobody has said so. */
export function judgementOf(mutant: Mutant, judgements: Judgement[]): string | undefined {
  return judgements.find((each) => isAbout(each, mutant))?.why
}

/** Judgements about code that is not there any more. */
export function stale(judgements: Judgement[], mutants: Mutant[]): Judgement[] {
  return judgements.filter((each) => !mutants.some((mutant) => isAbout(each, mutant)))
}

const isAbout = ({ file, was, becomes }: Judgement, mutant: Mutant): boolean =>
  file === mutant.file && was === mutant.was && becomes === mutant.becomes
