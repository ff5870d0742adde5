import { BeaconApiError } from '../errors.ts'

/** @throws BeaconApiError 503 while the node is behind its peers */
export function requireInSync({ isSyncing }: { readonly isSyncing: boolean }): void {
  if (isSyncing) throw new BeaconApiError(503, 'The node is syncing: it is behind its peers.')
}
