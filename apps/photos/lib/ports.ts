/** Where each service listens, unless PORT says otherwise. */
export const PORTS = {
  keyvaluestore: 8000,
  db: 8001,
  storage: 8002,
  master: 8003,
  worker: 8004,
  ui: 8005,
} as const

export type Service = keyof typeof PORTS
