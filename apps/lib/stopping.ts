let told = false
let listening = false
const waiting: (() => void)[] = []

/** Whether this process has been told to stop, by SIGTERM or SIGINT, since the first `onStop`. */
export const stopping = (): boolean => told

/** Calls back once when the process is told to stop; at once when it has been told already. */
export function onStop(callback: () => void): void {
  if (told) {
    callback()
    return
  }
  waiting.push(callback)
  if (listening) return
  listening = true
  // The handlers stay: npm passes a terminal's Ctrl-C on, so a program gets it twice and shall end in peace once.
  process.on('SIGTERM', tell)
  process.on('SIGINT', tell)
}

function tell(): void {
  told = true
  for (const callback of waiting.splice(0)) callback()
}
