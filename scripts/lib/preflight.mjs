import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { isFree } from './free-port.mjs'
import { cache, emulator, repository } from './places.mjs'
import { output } from './run.mjs'

const GIB = 1024 ** 3
const DISK = 3 * GIB
const MEMORY = 4 * GIB
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10']

/**
 * Checks the machine before anything is installed and finds every problem at once. Returns `{problems, notes,
 * python}`: sentences that stop set-up, sentences that do not, and the Python to use.
 */
export async function preflight(machine = describeMachine()) {
  const problems = [...systemProblems(machine), ...roomProblems(machine)]
  const notes = []
  const python = await findPython()
  if (!python.command) problems.push(python.problem)
  for (const [port, who] of [
    [4566, 'the local region'],
    [8080, 'the gateway'],
  ]) {
    if (!(await isFree('127.0.0.1', port)))
      notes.push(`Port ${port} is in use; ${who} takes another one if that is not its own.`)
  }
  return { problems, notes, python: python.command }
}

/** What the decisions below need to know about the machine. */
export function describeMachine() {
  mkdirSync(cache, { recursive: true })
  const header = process.report?.getReport().header ?? {}
  return {
    platform: process.platform,
    glibc: header.glibcVersionRuntime,
    node: process.versions.node,
    memory: Math.min(totalmem(), memoryLimit()),
    disks: [cache, repository].map((folder) => ({ folder, free: freeBytes(folder) })),
    fresh: !existsSync(emulator),
  }
}

/** Node and the operating system. */
export function systemProblems({ platform, glibc, node }) {
  const problems = []
  if (Number(node.split('.')[0]) < 20) problems.push(`Node ${node} is too old; install Node 20 or newer.`)
  if (platform === 'darwin') {
    problems.push(
      'macOS has no 127.x.y.z addresses of its own; use a Linux machine, a Linux VM or a container.',
    )
  } else if (platform === 'win32') {
    problems.push('Windows runs Nanofleet inside WSL 2; open a WSL 2 shell with a glibc distribution.')
  } else if (platform !== 'linux') {
    problems.push(`${platform} is not supported; use a glibc Linux.`)
  } else if (!glibc) {
    problems.push(
      'This Linux has no glibc (Alpine?); use a glibc distribution such as Debian, Ubuntu or Fedora.',
    )
  }
  return problems
}

/** Disk and memory. A machine that is already set up needs little more disk. */
export function roomProblems({ memory, disks, fresh }) {
  const problems = []
  // A container's limit of "4 GiB" and a machine's "4 GB" both pass.
  if (memory < MEMORY * 0.93)
    problems.push(`${gib(memory)} GiB of memory; the local region with its apps needs 4.`)
  const need = fresh ? DISK : DISK / 6
  for (const { folder, free } of disks) {
    if (free < need) problems.push(`${folder}: ${gib(free)} GiB free, ${gib(need)} needed; free some space.`)
  }
  return problems
}

async function findPython() {
  let reason = 'Python is missing; install Python 3.10 or newer with its venv module.'
  for (const command of PYTHONS) {
    const version = await output(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
    if (version === undefined) continue
    const [major, minor] = version.trim().split('.').map(Number)
    if (major !== 3 || minor < 10) {
      reason = `${command} is ${version.trim()}; install Python 3.10 or newer with its venv module.`
      continue
    }
    if ((await output(command, ['-c', 'import venv, ensurepip'])) !== undefined) return { command }
    reason = `${command} lacks the venv module; install it (Debian, Ubuntu: apt install python3-venv).`
  }
  return { problem: reason }
}

/** The container's memory limit (cgroup v2 or v1); infinite without one. */
function memoryLimit() {
  for (const file of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    if (!existsSync(file)) continue
    const limit = Number(readFileSync(file, 'utf8'))
    if (limit > 0) return limit
  }
  return Number.POSITIVE_INFINITY
}

function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const gib = (bytes) => (bytes / GIB).toFixed(1)
