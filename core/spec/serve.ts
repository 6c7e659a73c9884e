import { NotFound } from '../base/errors.ts'
import { settle } from '../base/parallel.ts'
import { deployed, type HttpAnswer, listed, refused, removed, shown, told } from './answer.ts'
import { type AppState, appState, type StatePorts } from './app-state.ts'
import { type DeployPorts, deploySpec } from './deploy-spec.ts'
import { readSpec } from './read-spec.ts'
import { type RemovePorts, removeApp } from './remove-app.ts'
import { type Command, commandOf, type HttpRequest } from './request.ts'
import type { Run } from './submit.ts'

export type ServePorts = DeployPorts &
  RemovePorts &
  StatePorts & {
    /** Apps that are deployed, or that a run works on. */
    apps(): Promise<string[]>
  }

/** What spec and errors call the text that was sent. */
const BODY = 'body'

/** How many apps are looked at side by side. */
const AT_ONCE = 4

/**
 * Answers one request. What the sender can repair is answered with one sentence for each problem.
 * @throws anything else: a fault of ours or of AWS
 */
export async function serve(ports: ServePorts, request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await carryOut(ports, commandOf(request))
  } catch (error) {
    const answer = refused(error)
    if (answer) return answer
    throw error
  }
}

async function carryOut(ports: ServePorts, command: Command): Promise<HttpAnswer> {
  switch (command.verb) {
    case 'list':
      return listed(await statesOf(ports))
    case 'show':
      return shown(await appState(ports, command.app))
    case 'show-run':
      return told(await runOf(ports, command.app, command.run))
    case 'deploy': {
      const spec = readSpec(command.body, BODY)
      return deployed(spec.manifest.app, await deploySpec(ports, spec, command))
    }
    case 'remove': {
      const exists = (await ports.releases.current(command.app)) !== undefined
      return removed(command.app, await removeApp(ports, command.app, exists, command))
    }
  }
}

/** An app that goes while it is looked at is left out. */
async function statesOf(ports: ServePorts): Promise<AppState[]> {
  const looks = await settle(AT_ONCE, await ports.apps(), (app) => appState(ports, app))
  return looks.flatMap((look) => {
    if (look.status === 'fulfilled') return [look.value]
    if (look.reason instanceof NotFound) return []
    throw look.reason
  })
}

async function runOf({ runs }: ServePorts, app: string, name: string): Promise<Run> {
  for (const workflow of ['deploy', 'teardown']) {
    const found = await runs.find(runs.arn(workflow, name))
    if (found && Object(found.input).app === app) return found
  }
  throw new NotFound(`${app}: no deployment or removal of it is called ${name}`)
}
