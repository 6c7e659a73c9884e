import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Task } from '../../../apps/photos/lib/task.ts'
import { card, duration } from '../../../apps/photos/ui/static/card.js'
import { belongs, isNews, tally } from '../../../apps/photos/ui/static/tally.js'

const task = (different: object = {}): Task => ({
  id: 7,
  state: 0,
  filter: 'invert',
  name: 'cat.jpg',
  createdAt: 1000,
  changedAt: 2000,
  ...different,
})

describe('a card of the gallery', () => {
  it.each([
    ['waiting', { state: 0 }, 'waiting'],
    ['working, with its worker', { state: 1, worker: 'i-0abc' }, 'by i-0abc'],
    ['done, with the time it took', { state: 2, finishedAt: 3300 }, '2.3 s'],
    ['failed, with its reason', { state: 3, reason: 'Cut off in the middle.' }, 'Cut off in the middle.'],
    ['waiting again, with what went wrong', { state: 0, reason: 'Cut off.' }, 'An attempt failed: Cut off.'],
    ['in a later attempt', { state: 1, attempt: 2 }, 'attempt 2'],
  ])('says that a picture is %s', (_what, different, text) => {
    expect(card(task(different))).toContain(text)
  })

  it('shows both previews and a named slider once the picture is done, and no picture before', () => {
    const done = card(task({ state: 2 }))
    expect(done).toContain('src="/photo/7/before"')
    expect(done).toContain('src="/photo/7/after"')
    expect(done).toMatch(/<input type="range"[^>]*aria-label="[^"]*cat\.jpg/)
    expect(card(task())).not.toContain('<img')
  })

  it('keeps any name, worker and reason from becoming markup', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(0, 1, 2, 3), (text, state) => {
        const evil = `<img src=x onerror=alert(1)>"'&${text}`
        const html = card(task({ state, name: evil, worker: evil, filter: evil, reason: evil }))
        expect(html).not.toContain('<img src=x')
        // Each of our quotes is part of a pair, so no value has ended an attribute early.
        for (const tag of html.match(/<[^>]*>/g) ?? []) expect((tag.match(/"/g) ?? []).length % 2).toBe(0)
      }),
    )
  })

  it.each([
    [-5, '0.0 s'],
    [2349, '2.3 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('shows %d ms as %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text))
})

describe('what the page makes of an event', () => {
  it.each([
    ['an unknown task', undefined, task(), true],
    ['a later change', task(), task({ changedAt: 2001 }), true],
    ['the same change twice', task(), task(), false],
    ['an older change that came late', task({ changedAt: 2001 }), task({ state: 2 }), false],
    ['the next state in the same millisecond', task(), task({ state: 1 }), true],
    ['the next attempt in the same millisecond', task({ state: 1, attempt: 1 }), task({ attempt: 2 }), true],
  ])('takes %s rightly', (_what, known, next, isNew) => expect(isNews(known, next)).toBe(isNew))

  it('ends with the same pictures in whatever order changes come', () => {
    const changes = [task(), task({ changedAt: 2001, state: 1 }), task({ changedAt: 2002, state: 2 })]
    const orders = fc.shuffledSubarray([...changes, ...changes], { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(orders, (order) => {
        let known: Task | undefined
        for (const change of order) if (isNews(known, change)) known = change
        expect(known?.state).toBe(2)
      }),
    )
  })

  it.each([
    ['a new picture', { id: 9 }, { oldest: 5, whole: false }, true],
    ['one older than what "more" adds', { id: 4 }, { oldest: 5, whole: false }, false],
    ['an old one when there are no more', { id: 4 }, { oldest: 5, whole: true }, true],
    ['one whose picture has not arrived', { id: 9, state: -1 }, { oldest: 5, whole: true }, false],
  ])('puts %s in its place', (_what, different, shown, isShown) =>
    expect(belongs(task(different), shown)).toBe(isShown),
  )

  it('counts by state', () => {
    const tasks = [-1, 0, 0, 1, 2, 2, 2, 3].map((state, id) => task({ id, state }))
    expect(tally(tasks)).toEqual({ arriving: 1, waiting: 2, working: 1, done: 3, failed: 1 })
  })
})
