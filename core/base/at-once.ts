/** This share of a service's instances, or one, may be on its way at once. */
const SHARE = 0.2

/** How many of this many instances may be replaced at once, so that the others carry the load meanwhile. */
export const atOnce = (instances: number): number => Math.max(1, Math.floor(instances * SHARE))
