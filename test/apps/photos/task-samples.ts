export const PICTURE = { type: 'image/png', bytes: 1000, width: 40, height: 30 }
export const resultsOf = (attempt: number) => ({
  result: `result-${attempt}.png`,
  before: `before-${attempt}.webp`,
  after: `after-${attempt}.webp`,
})
