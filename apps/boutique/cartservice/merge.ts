import { GrpcProblem } from '../../lib/grpc/problem.ts'
import type { Line } from './cart-store.ts'

/** Limits how much the store keeps under one key, and keeps quantities far below the contract's int32. */
export const MOST_LINES = 100
export const MOST_PIECES = 10_000
export const MOST_ADDITIONS = 500

/**
 * The lines with one more, merged into the line of the same product if there is one.
 * @throws GrpcProblem RESOURCE_EXHAUSTED above 100 products, or 10,000 pieces of one
 */
export function merge(lines: readonly Line[], line: Line): Line[] {
  const { productId, quantity } = line
  const at = lines.findIndex((other) => other.productId === productId)
  const total = quantity + (lines[at]?.quantity ?? 0)
  if (total > MOST_PIECES)
    throw full(
      `A cart holds at most ${MOST_PIECES} pieces of a product; with these ${quantity} it would be ${total}.`,
    )
  if (at >= 0) return lines.with(at, { productId, quantity: total })
  if (lines.length >= MOST_LINES) throw full(`A cart holds at most ${MOST_LINES} products; remove one first.`)
  return [...lines, line]
}

/** @throws GrpcProblem RESOURCE_EXHAUSTED when a cart has had this many additions since it was empty */
export function checkAdditions(count: number): void {
  if (count >= MOST_ADDITIONS)
    throw full(`A cart takes at most ${MOST_ADDITIONS} additions; order or empty it first.`)
}

const full = (message: string): GrpcProblem => new GrpcProblem('RESOURCE_EXHAUSTED', message)
