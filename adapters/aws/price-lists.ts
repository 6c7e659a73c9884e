import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { type ReadOffer, readOffer } from '../../core/prices/read-offer.ts'

/** Where AWS publishes its price lists, for everybody (AWS Billing User Guide, "AWS Price List Bulk API"). */
export const PUBLISHED = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws'

/**
 * Reads one region's price list of a service.
 * @param from PUBLISHED, or the address or folder of a copy
 * @throws {NotFound} if there is none of that region
 * @throws {ServiceFailure} if it cannot be read, or is not what it should be
 */
export async function readPriceList(from: string, list: string, region: string): Promise<ReadOffer> {
  const path = `${list}/current/${region}/index.json`
  const pieces = /^https?:\/\//.test(from) ? download(`${from}/${path}`) : file(join(from, path))
  const offer = await readOffer(pieces, list, region)
  if ('wrong' in offer) throw new ServiceFailure(`the price list ${from}/${path} ${offer.wrong}`)
  return offer
}

async function* download(url: string): AsyncIterable<Uint8Array> {
  const answer = await asked(url)
  // What does not exist is refused with 403 where nobody may list what does.
  if (answer.status === 403 || answer.status === 404) throw new NotFound(`there is no price list ${url}`)
  if (!answer.ok || !answer.body)
    throw new ServiceFailure(`the price list ${url} answers HTTP ${answer.status}`)
  try {
    yield* answer.body
  } catch (error) {
    throw new ServiceFailure(`the price list ${url} broke off: ${(error as Error).message}`, { cause: error })
  }
}

async function asked(url: string): Promise<Response> {
  try {
    return await fetch(url)
  } catch (error) {
    const { cause = error } = error as Error
    throw new ServiceFailure(`the price list ${url} cannot be reached: ${(cause as Error).message}`, {
      cause: error,
    })
  }
}

async function* file(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new NotFound(`there is no price list ${path}`, { cause: error })
    throw new ServiceFailure(`the price list ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
