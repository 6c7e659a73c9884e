/**
 * Checks the workflows: `node scripts/asl.ts` reads workflows/*.asl.yml, names every problem and exits 1 if
 * there is one.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import validate from 'asl-validator'
import { parse } from 'yaml'

interface State {
  Type: string
  Comment?: string
  Resource?: string
  End?: boolean
  Retry?: { ErrorEquals: string[] }[]
  Catch?: { ErrorEquals: string[] }[]
  ItemProcessor?: Machine
  Branches?: Machine[]
}

interface Machine {
  Comment?: string
  QueryLanguage?: string
  States: Record<string, State>
}

/** The only ways for a workflow to end: done, nothing changed, a person must look. */
const ENDS = ['Success', 'FailureClean', 'FailureDirty']

/**
 * AWS page "Handling errors in Step Functions workflows": errors of the Lambda service that a retry fixes.
 */
const LAMBDA_SERVICE_ERRORS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
]

/**
 * All problems of a workflow, each a sentence that starts with the state's path; empty when there are none.
 */
export function problemsOf(machine: Machine): string[] {
  // A copy, because the validator changes what it checks. Its schema refuses null and '' in Assign, Step
  // Functions accepts them.
  const copy: unknown = JSON.parse(JSON.stringify(machine), (_key, value) =>
    value === null || value === '' ? '-' : value,
  )
  const verdict = validate(copy, { checkPaths: true, checkArn: true })
  return [
    ...(verdict.isValid ? [] : [verdict.errorsText('\n')]),
    ...(machine.Comment ? [] : ['the workflow has no Comment']),
    ...(machine.QueryLanguage === 'JSONata' ? [] : ['the QueryLanguage is not JSONata']),
    ...endProblems(machine),
    ...allStates(machine).flatMap(([path, state]) => stateProblems(path, state)),
  ]
}

function endProblems({ States }: Machine): string[] {
  return Object.entries(States).flatMap(([name, { Type, End }]) => {
    if (End) return [`${name}: ends the workflow; go to one of ${ENDS.join(', ')}`]
    const type = name === 'Success' ? 'Succeed' : 'Fail'
    if (ENDS.includes(name)) return Type === type ? [] : [`${name}: is a ${Type}; it must be a ${type}`]
    return Type === 'Succeed' || Type === 'Fail' ? [`${name}: ends are called ${ENDS.join(', ')}`] : []
  })
}

function stateProblems(path: string, state: State): string[] {
  const problems = state.Comment ? [] : [`${path}: has no Comment`]
  if (!state.Resource?.includes(':lambda:invoke')) return problems
  const retried = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals)
  const missing = LAMBDA_SERVICE_ERRORS.filter((error) => !retried.includes(error))
  if (missing.length > 0 && !retried.includes('States.ALL'))
    problems.push(`${path}: does not retry ${missing.join(', ')}`)
  return problems
}

/** Every state with its path, including those in maps and parallel branches. */
function allStates({ States }: Machine, prefix = ''): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => {
    const inner = [...(state.ItemProcessor ? [state.ItemProcessor] : []), ...(state.Branches ?? [])]
    return [
      [`${prefix}${name}`, state] as [string, State],
      ...inner.flatMap((machine) => allStates(machine, `${prefix}${name}/`)),
    ]
  })
}

const folder = fileURLToPath(new URL('../workflows/', import.meta.url))

/** Every workflow in the repository, by its file. */
export function readWorkflows(): Map<string, Machine> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.asl.yml'))
  return new Map(files.map((file) => [file, parse(readFileSync(join(folder, file), 'utf8')) as Machine]))
}

if (import.meta.main) {
  const problems = [...readWorkflows()].flatMap(([file, machine]) =>
    problemsOf(machine).map((problem) => `${relative('.', join(folder, file))}: ${problem}`),
  )
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
}
