/** An answer with a status from 400 on: the message is the sentence that the caller reads. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Refusal'
    this.status = status
  }
}
