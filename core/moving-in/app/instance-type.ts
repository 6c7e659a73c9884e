const MI = 1024 ** 2

/** What Nanos needs beside the program, at most (docs/unikernels.md, "Memory": 112 to 160 MB with it). */
const KERNEL = 64 * MI

/** Types by memory and processors, the cheapest first. */
const TYPES: [type: string, memory: number, cpus: number][] = [
  ['t3.micro', 1024 * MI, 2],
  ['t3.small', 2048 * MI, 2],
  ['t3.medium', 4096 * MI, 2],
  ['t3.large', 8192 * MI, 2],
  ['t3.xlarge', 16_384 * MI, 4],
  ['t3.2xlarge', 32_768 * MI, 8],
  ['m7i.4xlarge', 65_536 * MI, 16],
  ['m7i.8xlarge', 131_072 * MI, 32],
]

/** The smallest type that holds what a container may use; undefined if none does. */
export function instanceType(memory = 0, cpus = 0): string | undefined {
  // A limit that is a type's whole memory means that type: 1 GiB is a t3.micro.
  const wanted = TYPES.some(([, size]) => size === memory) ? memory : memory + KERNEL
  const found = TYPES.find(([, size, processors]) => wanted <= size && cpus <= processors)
  return found?.[0]
}
