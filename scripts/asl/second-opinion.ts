// A module of CommonJS: its names are members of the default export.
import service from 'amazon-states-language-service'
import type { Machine } from './machine.ts'

const language = service.getLanguageService({})

/**
 * What AWS's own language service for the Amazon States Language, the one in its toolkit for editors, finds
 * wrong: fields that a state does not have, values out of range, ways that lead nowhere.
 */
export async function secondOpinion(machine: Machine): Promise<string[]> {
  const text = JSON.stringify(machine, null, 1)
  const document = service.TextDocument.create('file:///machine.asl.json', 'asl', 1, text)
  const lines = text.split('\n')
  const diagnoses = await language.doValidation(document, language.parseJSONDocument(document), {})
  return diagnoses.map(
    ({ message, range }) => `${(lines[range.start.line] ?? '').trim().replace(/[{,[]$/, '')}: ${message}`,
  )
}
