import type { Handlers } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { money, present } from '../lib/checked.ts'
import type { CreditCardInfo, PaymentService } from '../lib/gen/hipstershop_pb.ts'
import type { Refunds } from '../lib/gen/payments_pb.ts'
import { type Amount, format, inNanos, isPositive } from '../lib/money.ts'
import { accept, type Card, CardProblem } from './card.ts'
import { Ledger } from './ledger.ts'
import { isTransactionId, refundId, transactionId } from './transaction-id.ts'

export interface Surroundings {
  now: () => Date
  log: (line: string) => void
}

/**
 * Charges cards and refunds charges; no money moves, the log is the ledger. The metadata `idempotency-key`
 * names what is paid for: a repeat with the same key gets the same transaction id, from any instance, and
 * counts as that one charge.
 */
export function payments({ now, log }: Surroundings): {
  payment: Handlers<typeof PaymentService>
  refunds: Handlers<typeof Refunds>
} {
  const ledger = new Ledger()
  return {
    payment: {
      charge({ amount, creditCard }, call) {
        const due = positive(amount)
        const card = accepted(present(creditCard, 'credit card'), now())
        const transaction = transactionId(call.metadata('idempotency-key') || undefined)
        const paid = `${due.currencyCode} ${inNanos(due)} by ${card.brand} ending in ${card.lastFour}`
        const before = ledger.get(transaction)
        if (before?.refunded) {
          throw new GrpcProblem(
            'FAILED_PRECONDITION',
            'This payment was refunded; pay again with another key.',
          )
        }
        if (before && before.paid !== paid) {
          throw new GrpcProblem(
            'ALREADY_EXISTS',
            'This key was already used for another amount or another card.',
          )
        }
        if (!before) log(`charged ${format(due)} to ${card.brand} ending in ${card.lastFour}: ${transaction}`)
        ledger.put(transaction, { paid, refunded: false })
        return { transactionId: transaction }
      },
    },
    refunds: {
      /** Without a transaction id: whatever was charged under the metadata `idempotency-key`, if anything. */
      refund({ transactionId: given }, call) {
        const key = call.metadata('idempotency-key')
        const transaction = given === '' && key ? transactionId(key) : given
        if (!isTransactionId(transaction)) {
          throw new GrpcProblem('NOT_FOUND', `There is no charge ${JSON.stringify(transaction)}.`)
        }
        const before = ledger.get(transaction)
        if (!before?.refunded) log(`refunded charge ${transaction}: ${refundId(transaction)}`)
        ledger.put(transaction, { paid: before?.paid, refunded: true })
        return { refundId: refundId(transaction) }
      },
    },
  }
}

function positive(amount: Amount | undefined): Amount {
  const due = money(amount, 'amount to charge')
  if (isPositive(due)) return due
  throw new GrpcProblem(
    'INVALID_ARGUMENT',
    `The amount to charge is ${format(due)}; it must be more than zero.`,
  )
}

function accepted(info: CreditCardInfo, now: Date): Card {
  try {
    return accept(info, now)
  } catch (error) {
    if (error instanceof CardProblem) throw new GrpcProblem('INVALID_ARGUMENT', error.message)
    throw error
  }
}
