/** The services of hello: their folders, and the language that each says it is written in. */
export const LANGUAGES: [folder: string, language: string][] = [
  ['ts', 'typescript'],
  ['js', 'javascript'],
  ['go', 'go'],
  ['python', 'python'],
  ['java', 'java'],
]
