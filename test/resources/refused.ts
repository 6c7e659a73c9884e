import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Template } from '../../core/base/cloudformation.ts'
import { ROOT } from '../apps/apps.ts'

/** A template as it once was, with the sentences that refuse it today and where they come from. */
export interface Refused {
  name: string
  behaviour: string
  source: string
  /** What refuses it: a check, or the region (test/local/region/cloudformation/test_refused.py). */
  by: 'stack' | 'update' | 'delete' | 'rules' | 'checkov'
  says: string[]
  template: Template
}

const FOLDER = join(ROOT, 'test/resources/refused')

/** The old templates that one check refuses. */
export function refused(by: Refused['by']): Refused[] {
  const cases = readdirSync(FOLDER).map((file): Refused => {
    const text = readFileSync(join(FOLDER, file), 'utf8')
    return { ...JSON.parse(text), name: file.replace('.json', '') }
  })
  return cases.filter((one) => one.by === by)
}
