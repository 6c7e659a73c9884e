/** A program of the source, whether Compose, Kubernetes, a Dockerfile or a folder describes it. */
export interface Workload {
  /** As the source calls it. */
  name: string
  /** Where it is described: `compose.yml: services.web`, `k8s/web.yml: Deployment web`. */
  place: string
  image?: string
  build?: Build
  /** Files of the repository that a container had mounted, and where. */
  mounts: Mount[]
  /** What replaces the image's entry point and arguments. */
  entrypoint?: string[]
  command?: string[]
  workingFolder?: string
  env: Map<string, string>
  ports: ContainerPort[]
  needs: string[]
  /** Other names by which programs call it, and the ports that they use. */
  names: Alias[]
  probe?: Probe
  count?: number
  /** Bytes. */
  memory?: number
  cpus?: number
  /** Two of it at once would write the same data. */
  stateful: boolean
  /** How people outside reach it. */
  ways: Way[]
  /** It leads requests to others, which `expose` does here. */
  proxy?: true
  /** Files with their content, by their absolute path in the image. */
  files: Map<string, string>
  /** Its image, where the source is a folder and not a description of containers. */
  made?: MadeImage
}

/** An image as it is to be made: its Dockerfile and what config.json says of its program. */
export interface MadeImage {
  dockerfile: string
  /** Absolute; empty while nobody knows it, and then no push takes it. */
  program: string
  args: string[]
  env: Map<string, string>
  cwd?: string
  /** The folder of the repository that the image is made of. */
  source?: string
  /** What of that folder is no part of it, as in `.dockerignore`. */
  ignore?: string[]
  ports: number[]
  probe?: Probe
  protocol?: 'http' | 'grpc' | 'tcp'
}

/** A container build: its context folder and Dockerfile, relative to the root. */
export interface Build {
  folder: string
  dockerfile: string
  /** Its text if it is written in place and is no file. */
  inline?: string
  target?: string
  args: Map<string, string>
}

export interface Mount {
  /** A file or folder, relative to the root. */
  from: string
  to: string
}

export interface ContainerPort {
  port: number
  name?: string
  protocol?: 'http' | 'grpc' | 'tcp'
}

export interface Alias {
  name: string
  /** Port that callers use -> port of the program, where they differ. */
  ports: Map<number, number>
  /** It is the name by which the source's DNS knows the program, and maybe others. */
  shared?: true
}

export interface Probe {
  kind: 'http' | 'grpc' | 'tcp'
  port?: number
  path?: string
  headers?: Record<string, string[]>
  /** Go durations such as `10s`. */
  interval?: string
  timeout?: string
}

export interface Way {
  /** First label of the public host name, if the source names one. */
  host?: string
  path: string
  place: string
}

export const emptyWorkload = (name: string, place: string): Workload => ({
  name,
  place,
  mounts: [],
  env: new Map(),
  ports: [],
  needs: [],
  names: [],
  stateful: false,
  ways: [],
  files: new Map(),
})

/** What was read: the programs, and a name for the app if the source has one. */
export interface Source {
  name?: string
  workloads: Workload[]
  /** Namespaces of Kubernetes, which names may end with. */
  namespaces?: string[]
}

/** Base images by language, with their digests where they are known. */
export type Bases = (language: string) => string
