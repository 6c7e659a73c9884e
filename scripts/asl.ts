/**
 * Checks the workflows: `node scripts/asl.ts` reads workflows/*.asl.yml, names every problem and exits 1 if
 * there is one.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import validate from 'asl-validator'
import { parse } from 'yaml'
import { innerMachines, type Machine, type State } from './asl/machine.ts'
import { secondOpinion } from './asl/second-opinion.ts'
import { variableProblems } from './asl/variables.ts'

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
 * All problems of a workflow, each a sentence that names the state; none when it is right. Three opinions:
 * asl-validator's, AWS's own language service's, and ours of what both leave out.
 */
export async function problemsOf(machine: Machine): Promise<string[]> {
  if (!machine.States) return ['the workflow has no States']
  // A copy, because the validator changes what it checks. Its schema refuses null and '' in Assign, Step
  // Functions accepts them.
  const copy: unknown = JSON.parse(JSON.stringify(machine), (_key, value) =>
    value === null || value === '' ? '-' : value,
  )
  const verdict = validate(copy, { checkPaths: true, checkArn: true })
  return [
    ...(verdict.isValid ? [] : [verdict.errorsText('\n')]),
    ...(await secondOpinion(machine)),
    ...variableProblems(machine),
    ...(machine.Comment ? [] : ['the workflow has no Comment']),
    ...(machine.QueryLanguage === 'JSONata' ? [] : ['the QueryLanguage is not JSONata']),
    ...endProblems(machine),
    ...repeatedNames(machine),
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

/** A name is unique in the whole machine (Amazon States Language, "State": States within Maps included). */
function repeatedNames(machine: Machine): string[] {
  const names = allStates(machine).map(([path]) => path.slice(path.lastIndexOf('/') + 1))
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `${name}: there are two states of that name`)
}

/** Every state with its path, including those in maps and parallel branches. */
function allStates({ States }: Machine, prefix = ''): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => {
    return [
      [`${prefix}${name}`, state] as [string, State],
      ...innerMachines(state).flatMap((machine) => allStates(machine, `${prefix}${name}/`)),
    ]
  })
}

const text = (file: string): string =>
  readFileSync(join(folder, file), 'utf8').replaceAll(`\${Partition}`, 'aws')

const folder = fileURLToPath(new URL('../workflows/', import.meta.url))

/** Every workflow in the repository, by its file, with the partition that CloudFormation would put in. */
export function readWorkflows(): Map<string, Machine> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.asl.yml'))
  return new Map(files.map((file) => [file, parse(text(file)) as Machine]))
}

if (import.meta.main) {
  for (const [file, machine] of readWorkflows()) {
    for (const problem of await problemsOf(machine)) {
      process.stderr.write(`${relative('.', join(folder, file))}: ${problem}\n`)
      process.exitCode = 1
    }
  }
}
