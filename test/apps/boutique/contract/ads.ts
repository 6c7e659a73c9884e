import { expect } from '@jest/globals'
import { AdService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { contract, each } from './contract.ts'

const KEYS = {
  'a category': ['kitchen'],
  'two categories': ['clothing', 'footwear'],
  'a category without ads': ['photography of the moon'],
  'no category': [],
}

export const ads = contract({
  program: 'adservice',
  service: AdService,
  all: each(
    AdService,
    'gives an ad with a text and a link to a product for',
    KEYS,
    async (client, contextKeys) => {
      const { ads } = await client.getAds({ contextKeys })
      expect(ads.length).toBeGreaterThan(0)
      for (const { text, redirectUrl } of ads) {
        expect(text).not.toBe('')
        expect(redirectUrl).toMatch(/^\/product\/\w+$/)
      }
    },
  ),
  ours: each(AdService, 'gives at most two different ads for', KEYS, async (client, contextKeys) => {
    const { ads } = await client.getAds({ contextKeys })
    expect(ads.length).toBeLessThanOrEqual(2)
    expect(new Set(ads.map(({ redirectUrl }) => redirectUrl)).size).toBe(ads.length)
  }),
})
