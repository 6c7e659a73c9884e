import type { Ad } from '../../lib/gen/hipstershop_pb.ts'
import { type Html, html } from '../html.ts'

/** An ad, labelled as such; nothing when there is none. */
export const advertisement = (ad: Ad | undefined): Html | undefined =>
  ad &&
  html`<aside class="ad" aria-label="Advertisement"><b>Ad</b> <a href="${ad.redirectUrl}">${ad.text}</a></aside>`
