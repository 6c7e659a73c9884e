import { setTimeout as pause } from 'node:timers/promises'

let told = false
let listening = false
const waiting: (() => void)[] = []

/** Whether this process has been told to stop, by SIGTERM or SIGINT, since the first `onStop`. */
export const stopping = (): boolean => told

/** Calls back once when the process is told to stop; immediately if that has already happened. */
export function onStop(callback: () => void): void {
  if (told) {
    callback()
    return
  }
  waiting.push(callback)
  if (listening) return
  listening = true
  // The handlers stay: npm passes Ctrl-C on from the terminal, so a program gets it twice and must still end
  // cleanly.
  process.on('SIGTERM', tell)
  process.on('SIGINT', tell)
}

export interface Ending {
  /** How many milliseconds the port keeps answering after the process was told to stop. */
  noticeMs: number
  /** Closes the port; resolves when requests under way have finished. */
  close: () => Promise<void>
  /** How many milliseconds these may take. */
  graceMs: number
  /** The last thing before the process ends. */
  leave: () => Promise<void>
}

/** Ends the process in these steps once it is told to stop: with code 0, or 1 if a step fails. */
export function endInSteps({ noticeMs, close, graceMs, leave }: Ending): void {
  const end = async (): Promise<void> => {
    await pause(noticeMs)
    await Promise.race([close(), pause(graceMs)])
    await leave()
  }
  onStop(() => {
    end().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('the last steps of the program failed:', error)
        process.exit(1)
      },
    )
  })
}

function tell(): void {
  told = true
  for (const callback of waiting.splice(0)) callback()
}
