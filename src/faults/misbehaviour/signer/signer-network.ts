import type { BeaconApi } from '../../../apis/beacon-api.ts'
import type { Node } from '../../../network/node.ts'
import type { SlotClock } from '../../../network/slot-clock.ts'
import type { Manifest } from '../../../plan/manifest.ts'
import { FaultError } from '../../errors.ts'
import type { SignerTools } from './signer-tools.ts'

/** The network that a remote signer is a part of, as far as it needs it. */
export interface SignerNetwork {
  readonly manifest: Pick<Manifest, 'chain' | 'validators'>
  readonly clock: SlotClock
  readonly nodes: readonly Pick<Node, 'name' | 'state' | 'beaconApi'>[]
}

/** The ways into a network for the validators of one of its nodes. */
export function signerTools(network: SignerNetwork, name: string): Omit<SignerTools, 'signal' | 'log'> {
  const { clock, manifest } = network
  const running = () => network.nodes.filter(({ state }) => state === 'running')
  const own = (): BeaconApi => {
    const node = running().find((one) => one.name === name)
    if (node !== undefined) return node.beaconApi
    throw new FaultError({ code: 'fault-ended', problem: `${name} does not run, and publishes nothing.` })
  }
  return {
    clock,
    forks: manifest.chain.forks,
    own,
    elsewhere: () => running().find((one) => one.name !== name)?.beaconApi ?? own(),
    everywhere: () => running().map(({ beaconApi }) => beaconApi),
  }
}
