// @ts-check
import { BuildFailure } from './failure.mjs'

/**
 * What is needed of a program or library in the format ELF, 64 bits, little-endian (System V ABI, "Object
 * Files" and "Program Loading and Dynamic Linking").
 * @typedef {object} Elf
 * @property {number} machine 62 for x86_64, 183 for arm64
 * @property {string | undefined} loader the program that links it at its start; undefined if nothing does
 * @property {string[]} needed names of the libraries that it is linked with
 * @property {string[]} paths where it looks for them first, `$ORIGIN` standing for its own folder
 * @property {number} loaded how many bytes of the file are used at run time: its symbols lie behind them
 */

const HEADER = 64
const SECTION_TABLE = { offset: 0x28, count: 0x3c, names: 0x3e }
const LOAD = 1
const DYNAMIC = 2
const INTERPRETER = 3
const TAG = { end: 0, needed: 1, strings: 5, rpath: 15, runpath: 29 }

/** @param {Buffer} file */
export const isElf = (file) => file.length >= HEADER && file.readUInt32BE(0) === 0x7f454c46

/**
 * @param {Buffer} file
 * @param {string} name for a failure
 * @returns {Elf}
 * @throws {BuildFailure} for another format
 */
export function readElf(file, name) {
  if (!isElf(file) || file[4] !== 2 || file[5] !== 1)
    throw new BuildFailure(`${name}: is no ELF program of 64 bits for x86_64 or arm64`)
  const segments = segmentsOf(file)
  const strings = dynamicOf(file, segments)
  const interpreter = segments.find(({ type }) => type === INTERPRETER)
  return {
    machine: file.readUInt16LE(0x12),
    loader: interpreter && text(file, interpreter.offset),
    needed: strings(TAG.needed),
    paths: [...strings(TAG.runpath), ...strings(TAG.rpath)].flatMap((list) => list.split(':')),
    loaded: Math.max(HEADER, ...segments.map(({ offset, size }) => offset + size)),
  }
}

/**
 * The program without its symbols and its table of sections, which nothing reads at run time.
 * @param {Buffer} file
 * @param {Elf} elf
 */
export function withoutSymbols(file, elf) {
  const kept = Buffer.from(file.subarray(0, elf.loaded))
  kept.writeBigUInt64LE(0n, SECTION_TABLE.offset)
  kept.writeUInt16LE(0, SECTION_TABLE.count)
  kept.writeUInt16LE(0, SECTION_TABLE.names)
  return kept
}

/**
 * @typedef {{type: number, offset: number, address: number, size: number}} Segment
 * @param {Buffer} file
 * @returns {Segment[]}
 */
function segmentsOf(file) {
  const start = Number(file.readBigUInt64LE(0x20))
  const [size, count] = [file.readUInt16LE(0x36), file.readUInt16LE(0x38)]
  return Array.from({ length: count }, (_one, index) => {
    const at = start + index * size
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    }
  })
}

/**
 * @param {Buffer} file
 * @param {Segment[]} segments
 * @returns {(tag: number) => string[]} the texts that the dynamic section has under a tag
 */
function dynamicOf(file, segments) {
  const dynamic = segments.find(({ type }) => type === DYNAMIC)
  /** @type {[tag: number, value: number][]} */
  const entries = []
  for (let at = dynamic?.offset ?? 0; dynamic && at < dynamic.offset + dynamic.size; at += 16) {
    const tag = Number(file.readBigInt64LE(at))
    if (tag === TAG.end) break
    entries.push([tag, Number(file.readBigUInt64LE(at + 8))])
  }
  const table = entries.find(([tag]) => tag === TAG.strings)?.[1]
  const place = table === undefined ? 0 : offsetOf(table, segments)
  return (wanted) => entries.filter(([tag]) => tag === wanted).map(([, value]) => text(file, place + value))
}

/**
 * @param {number} address
 * @param {Segment[]} segments
 */
function offsetOf(address, segments) {
  const inside = segments.find(
    (one) => one.type === LOAD && address >= one.address && address < one.address + one.size,
  )
  return inside ? inside.offset + address - inside.address : address
}

/**
 * @param {Buffer} file
 * @param {number} at
 */
const text = (file, at) => file.toString('utf8', at, file.indexOf(0, at))
