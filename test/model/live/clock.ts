/** Milliseconds; the same clock in all processes on this machine, and it is never adjusted. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6
