import type { CapabilityRegistry } from '../plan/capabilities.ts'
import type { ProcessClient } from './client.ts'
import { geth } from './geth.ts'
import { prysm } from './prysm.ts'

/** Every client there is. The first of each layer is the default. */
export const executionClients: readonly ProcessClient[] = [geth]
export const consensusClients: readonly ProcessClient[] = [prysm]

export const capabilityRegistry: CapabilityRegistry = {
  execution: executionClients.map((client) => client.capabilities),
  consensus: consensusClients.map((client) => client.capabilities),
}

/** The client of a planned node; the plan has made sure that it exists. */
export function clientNamed(name: string): ProcessClient {
  const client = [...executionClients, ...consensusClients].find((one) => one.capabilities.name === name)
  if (client === undefined) throw new Error(`no client is called ${name}`)
  return client
}
