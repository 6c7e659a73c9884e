const bytes = (count) => count.toLocaleString('en')

/**
 * Problems with the sizes of bundles, a sentence each.
 * @param {Map<string, {contents: Uint8Array, parts: Record<string, number>}>} bundles
 * @param {Record<string, number>} budgets bytes by function
 */
export function budgetProblems(bundles, budgets) {
  const problems = []
  for (const [name, { contents, parts }] of bundles) {
    const budget = budgets[name]
    const size = contents.length
    if (budget === undefined) problems.push(`${name} has ${bytes(size)} bytes and no budget; give it one`)
    else if (size > budget) {
      const over = `${bytes(size)} bytes, ${bytes(size - budget)} more than its budget of ${bytes(budget)}`
      problems.push(`${name} has ${over}; it is made of ${largest(parts)}`)
    }
  }
  for (const name of Object.keys(budgets))
    if (!bundles.has(name)) problems.push(`${name} has a budget and is no function`)
  return problems
}

/** Room for small additions; for anything larger, look at what it brings in. */
const ROOM = 1.02

/** Budgets for bundles as they are, in whole kilobytes. */
export const budgetsFor = (bundles) =>
  Object.fromEntries(
    [...bundles].map(([name, { contents }]) => [name, Math.ceil((contents.length * ROOM) / 1000) * 1000]),
  )

const largest = (parts) =>
  Object.entries(parts)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 6)
    .map(([part, size]) => `${part} ${bytes(size)}`)
    .join(', ')
