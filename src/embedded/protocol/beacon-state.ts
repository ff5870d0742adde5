import type { CachedBeaconStateAllForks } from '@lodestar/state-transition'

/**
 * A beacon state with the library's caches (committees, public keys, balances). States are shared by all nodes
 * of a network, so nobody may change one: clone it first, with `clone(true)`, which leaves the original its
 * caches.
 */
export type BeaconState = CachedBeaconStateAllForks
