import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface JestRun {
  folder: string
  args: string[]
  env: Record<string, string>
  /** Ends a run if no file finishes for this long. */
  patienceMs?: number
  signal: AbortSignal
}

/** `code` is null for a run that was ended. */
export interface JestEnd {
  code: number | null
  output: string
}

/** If a mutant takes ever more memory, Node ends the run before the machine runs out. */
const HEAP_MB = 1500

/** Runs Jest's quick tests in a folder. */
export function jest({ folder, args, env, patienceMs, signal }: JestRun): Promise<JestEnd> {
  return new Promise((resolve, reject) => {
    const program = join(folder, 'node_modules', 'jest', 'bin', 'jest.js')
    const child = spawn(process.execPath, [program, '--selectProjects', 'quick', ...args], {
      cwd: folder,
      env: {
        ...process.env,
        ...env,
        NODE_OPTIONS: `--experimental-vm-modules --disable-warning=ExperimentalWarning --max-old-space-size=${HEAP_MB}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that everything its tests start ends with it.
      detached: true,
    })
    const end = () => child.pid !== undefined && endGroup(child.pid)
    let output = ''
    let timer = patienceMs && setTimeout(end, patienceMs)
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (words) => {
        output += words
        clearTimeout(timer)
        timer = patienceMs && setTimeout(end, patienceMs)
      })
    signal.addEventListener('abort', end)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve({ code, output })
    })
  })
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
