import type { PriceTable, Reading } from './price-table.ts'

const WIDTH = 110

/** The table as it is kept in a file: articles in their order, as many on a line as fit. */
export function tableText({ format, currency, regions }: PriceTable): string {
  const parts = Object.keys(regions)
    .sort()
    .map((region) => `    ${JSON.stringify(region)}: [\n${readings(regions[region] ?? [])}\n    ]`)
  const head = `{\n  "format": ${format},\n  "currency": ${JSON.stringify(currency)},\n  "regions": {\n`
  return `${head}${parts.join(',\n')}\n  }\n}\n`
}

const readings = (all: readonly Reading[]): string => all.map(reading).join(',\n')

function reading({ prices, ...source }: Reading): string {
  const head = Object.entries(source)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `        ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
  const entries = Object.keys(prices)
    .sort()
    .map((key) => `${JSON.stringify(key)}: ${decimal(prices[key] ?? 0)}`)
  return `      {\n${head.join('')}        "prices": {\n${wrapped(entries)}\n        }\n      }`
}

/** 1.415e-7 as 0.0000001415, as AWS writes it. */
const decimal = (value: number): string =>
  /e/.test(String(value)) ? value.toFixed(12).replace(/0+$/, '') : String(value)

function wrapped(entries: readonly string[]): string {
  const indent = '          '
  const lines: string[] = []
  for (const entry of entries) {
    const last = lines.at(-1)
    if (last !== undefined && indent.length + last.length + entry.length + 3 <= WIDTH)
      lines[lines.length - 1] = `${last}, ${entry}`
    else lines.push(entry)
  }
  return lines.map((line) => `${indent}${line}`).join(',\n')
}
