import { setTimeout } from 'node:timers/promises'

/** The real time, for steps that wait within one call. */
export const clock = {
  now: () => new Date(),
  sleep: (seconds: number) => setTimeout(seconds * 1000),
}
