import { describe, expect, it } from '@jest/globals'
import { architectureOf, refuseOtherArchitecture } from '../../../core/manifest/architecture.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { oneProcessor } from '../../../core/manifest/processors.ts'

const MANIFEST = 'app: shop\nservices:\n  web: {port: 8080, instanceType: t4g.small}\n  db: {}\n'
const shop = parseManifest(MANIFEST, 'images/shop/app.yml')

describe('one processor', () => {
  it.each([
    ['has', ['t2.nano', 't2.micro', 't2.small', 'm6g.medium', 'r7a.medium']],
    [
      'told',
      [
        't3.nano',
        't3.small',
        't3a.large',
        't4g.micro',
        't4g.medium',
        'c4.large',
        'm7i-flex.large',
        'i3en.large',
      ],
    ],
    [
      'cannot',
      [
        't2.medium',
        't2.large',
        't3.xlarge',
        'c4.xlarge',
        'm3.large',
        'a1.large',
        'c5.metal',
        'p3.2xlarge',
        'm5.2xlarge',
      ],
    ],
  ])('an instance %s: %j', (how, types) => {
    expect(types.map(oneProcessor)).toEqual(types.map(() => how))
  })
})

describe('the architecture of an instance type', () => {
  it.each(
    't4g.small m6g.large m7gd.xlarge c6gn.16xlarge r8g.medium x2gd.large im4gn.large is4gen.large i4g.large g5g.xlarge hpc7g.4xlarge a1.medium c8gb.metal-24xl'.split(
      ' ',
    ),
  )('is arm64 for %s', (type) => {
    expect(architectureOf(type)).toBe('arm64')
  })

  it.each(
    't3.micro t2.nano m5.large m7i-flex.large c6in.large g4dn.xlarge g5.xlarge p4d.24xlarge r6id.large u-6tb1.metal x2iedn.xlarge i4i.large d3en.large z1d.large inf2.xlarge trn1n.32xlarge'.split(
      ' ',
    ),
  )('is x86_64 for %s', (type) => {
    expect(architectureOf(type)).toBe('x86_64')
  })

  it('is that of the stage, or the app is refused with the service and a type that fits', () => {
    expect(() => refuseOtherArchitecture(shop, { name: 'dev', architecture: 'x86_64' })).toThrow(
      'images/shop/app.yml: services.web.instanceType: t4g.small has arm64 processors, and the stage dev builds images for x86_64; choose a type such as t3.micro',
    )
    expect(() => refuseOtherArchitecture(shop, { name: 'dev', architecture: 'arm64' })).toThrow(
      'images/shop/app.yml: services.db.instanceType: t3.micro has x86_64 processors, and the stage dev builds images for arm64; choose a type such as t4g.micro',
    )
  })
})
