import type { Manifest } from '../plan/manifest.ts'

/** Name of the node that holds a validator's key, while it is in the network. */
export function holderOf(validatorIndex: number, manifest: Manifest): string | undefined {
  return manifest.nodes.find(
    ({ validators: { first, count } }) => validatorIndex >= first && validatorIndex < first + count,
  )?.name
}
