import { freePort } from '../../local/ports.ts'

/**
 * A free port of 127.0.0.1 for a program that a test starts. It is below those that the system gives to
 * connections, so that none of them takes it before the program does.
 */
export const somePort = (): Promise<number> => freePort(21_000 + Math.floor(Math.random() * 8000))
