/** Confirms orders by mail. */
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { EmailService } from '../lib/gen/hipstershop_pb.ts'
import { portOf } from '../lib/services.ts'
import { email } from './email.ts'

const port = await serveGrpc(portOf('emailservice'), [implement(EmailService, email(console.log))])
console.log(`emailservice listens on ${port}`)
