/** Who wrote a line, and other facts that each of its lines has. */
export type Facts = Record<string, unknown>

export type Log = (level: 'info' | 'error', message: string, facts?: Facts) => void

/** Writes lines of JSON, one for each message; errors go to the other stream. */
export const jsonLog =
  (always: Facts, write: Pick<Console, 'log' | 'error'> = console): Log =>
  (level, message, facts = {}) => {
    const line = JSON.stringify({ at: new Date().toISOString(), level, message, ...always, ...facts })
    if (level === 'error') write.error(line)
    else write.log(line)
  }
