import type { Handlers } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { present } from '../lib/checked.ts'
import type { EmailService } from '../lib/gen/hipstershop_pb.ts'
import { MoneyProblem } from '../lib/money.ts'
import { confirmation } from './confirmation.ts'

/** `a…@example.org`: logs are read by more people than mails are. */
const masked = (address: string): string => address.replace(/^(.).*@/su, '$1…@')

/** Writes the mail to the log instead of sending it: a demo that mails strangers would be a nuisance. */
export const email = (log: (text: string) => void): Handlers<typeof EmailService> => ({
  sendOrderConfirmation({ email: address, order }) {
    if (!/^[^\s@]+@[^\s@]+$/.test(address)) {
      throw new GrpcProblem('INVALID_ARGUMENT', 'The address is not a mail address such as name@example.org.')
    }
    try {
      log(`mail to ${masked(address)}:\n${confirmation(present(order, 'order'))}`)
    } catch (error) {
      if (error instanceof MoneyProblem) throw new GrpcProblem('INVALID_ARGUMENT', `${error.message}.`)
      throw error
    }
    return {}
  },
})
