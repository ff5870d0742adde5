/**
 * Loads the native libraries of the genesis worker into this thread, where they stay.
 *
 * A library that only a worker has loaded is unloaded when the worker ends. `pubkey-index-map` 3.0.0 does
 * not survive that: the whole process dies of a segmentation fault.
 */
export async function keepNativeLibrariesLoaded(): Promise<void> {
  await Promise.all([
    import('@chainsafe/blst'),
    import('@chainsafe/pubkey-index-map'),
    import('@chainsafe/swap-or-not-shuffle'),
  ])
}
