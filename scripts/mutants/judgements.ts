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

/** A mutant whose change nobody could see, and why. Its key is the text, so lines may move. */
export type Judgement = z.infer<typeof Judgement>

/** @throws ZodError when an entry lacks a word */
export function readJudgements(path: string): Judgement[] {
  return z.array(Judgement).parse(parse(readFileSync(path, 'utf8')) ?? [])
}

/** Why the mutant is equivalent; undefined if it has not been judged so. */
export function judgementOf(mutant: Mutant, judgements: Judgement[]): string | undefined {
  return judgements.find((each) => isAbout(each, mutant))?.why
}

/** Judgements about code that no longer exists. */
export function stale(judgements: Judgement[], mutants: Mutant[]): Judgement[] {
  return judgements.filter((each) => !mutants.some((mutant) => isAbout(each, mutant)))
}

const isAbout = ({ file, was, becomes }: Judgement, mutant: Mutant): boolean =>
  file === mutant.file && was === mutant.was && becomes === mutant.becomes
