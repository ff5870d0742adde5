import { planNetwork } from '../../../src/network/start-network.ts'
import type { Manifest } from '../../../src/plan/manifest.ts'
import type { NetworkOptions } from '../../../src/plan/options.ts'

const plans = new Map<string, Manifest>()

/** A plan for tests that are about something else. One takes some 20 ms, mostly for keys: each is made once. */
export function examplePlan(options: NetworkOptions = {}): Manifest {
  const key = JSON.stringify(options)
  const plan = plans.get(key) ?? planNetwork(options)
  plans.set(key, plan)
  return structuredClone(plan)
}
