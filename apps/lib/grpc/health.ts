import { stopping } from '../stopping.ts'
import { Health } from './gen/health_pb.ts'
import { type Implementation, implement } from './implementation.ts'
import { GrpcProblem } from './problem.ts'

const SERVING = 1
const NOT_SERVING = 2

/** Answers for the server (the empty name) and each of its services; NOT_SERVING once told to stop. */
export function health(services: Implementation[]): Implementation {
  const names = new Set(['', ...services.map(({ name }) => name)])
  return implement(Health, {
    check({ service }) {
      if (!names.has(service)) throw new GrpcProblem('NOT_FOUND', `There is no service ${service} here.`)
      return { status: stopping() ? NOT_SERVING : SERVING }
    },
  })
}
