import type { BeaconConfig } from '@lodestar/config'

/** Something that follows from a network's configuration alone: made when first asked for, once for all nodes. */
export function ofNetwork<Value>(make: (config: BeaconConfig) => Value): (config: BeaconConfig) => Value {
  const made = new WeakMap<BeaconConfig, Value>()
  return (config) => {
    const known = made.get(config)
    if (known !== undefined) return known
    const value = make(config)
    made.set(config, value)
    return value
  }
}
