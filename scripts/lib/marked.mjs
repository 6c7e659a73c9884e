import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Every process of a test run has this variable, including the regions, whose own processes end with them.
 */
export const MARK = 'FLEET_TEST_RUN'

/** Milliseconds: a region saves its state and stops its instances within 20 s. */
const PATIENCE = 25_000

/** Pids of running processes whose environment contains one of these texts. */
export function marked(texts) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const environment = read(`/proc/${pid}/environ`)
      return texts.some((text) => environment.includes(text))
    })
    .map(Number)
}

/** Waits for them to end, at most `patience` milliseconds, and returns the names of those left. */
export async function leftAfter(texts, patience) {
  const deadline = Date.now() + patience
  for (;;) {
    const left = marked(texts)
    if (left.length === 0 || Date.now() > deadline)
      return left.map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`)
    await sleep(100)
  }
}

/** Ends them; after `patience` milliseconds, with SIGKILL. */
export async function endMarked(texts, patience = PATIENCE) {
  for (const pid of marked(texts)) signal(pid, 'SIGTERM')
  const left = await leftAfter(texts, patience)
  if (left.length === 0) return
  for (const pid of marked(texts)) signal(pid, 'SIGKILL')
  await endMarked(texts, patience)
}

/** A process may end meanwhile, and those of other users cannot be read. */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return ''
    throw error
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
