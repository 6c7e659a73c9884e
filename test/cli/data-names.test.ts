import { describe, expect, it } from '@jest/globals'
import { confirmReset } from '../../cli/commands/local.ts'
import { nameList, typeNames } from '../../cli/data-names.ts'

const dialogue = (...answers: string[]) => {
  const asked: string[] = []
  return {
    asked,
    canAsk: () => answers.length > 0,
    ask: async (question: string) => {
      asked.push(question)
      return answers.shift() ?? ''
    },
  }
}
const data = ['Orders', 'Bills'].map((name) => ({ name, text: `${name} holds 3 rows` }))

describe('what holds data', () => {
  it('is named one by one before it goes', async () => {
    const person = dialogue('Orders', 'Bills')
    expect(await typeNames('deploy shop', data, person)).toEqual(['Orders', 'Bills'])
    expect(person.asked).toEqual([
      'Orders holds 3 rows.\nType Orders to lose it: ',
      'Bills holds 3 rows.\nType Bills to lose it: ',
    ])
  })

  it.each(['yes', '', 'orders', 'Bills'])(
    'stays after the answer %j, and nothing more is asked',
    async (answer) => {
      const person = dialogue(answer, 'Bills')
      await expect(typeNames('deploy shop', data, person)).rejects.toThrow(
        `deploy shop: "${answer}" is not Orders; nothing was changed`,
      )
      expect(person.asked).toHaveLength(1)
    },
  )

  it.each([
    ['Orders', undefined, ['Orders']],
    ['Orders,Bills', undefined, ['Orders', 'Bills']],
    ['Bills', ['Orders'], ['Orders', 'Bills']],
    ['Orders,', true, ['Orders']],
  ])('is listed as %j after %j', (text, before, names) => {
    expect(nameList(text, before)).toEqual(names)
  })
})

describe('a reset of the local region', () => {
  it('needs the name of the folder, or --yes where nobody can be asked', async () => {
    await expect(confirmReset('shop', dialogue('shop'))).resolves.toBeUndefined()
    await expect(confirmReset('shop', dialogue('yes'))).rejects.toThrow(
      'local reset: "yes" is not shop; nothing was removed',
    )
    await expect(confirmReset('shop', dialogue())).rejects.toThrow('stdin is not a terminal; pass --yes')
  })
})
