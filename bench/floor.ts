// The floor: what a chain costs that has no network. One process, the protocol libraries alone: each slot's
// block is made, signed, and imported with every check of the library on, and every signature that the slot's
// messages carry is made once and verified once, all in one batch. No fork choice, no execution of payloads,
// no messages, and no aggregate is verified but those in the block, which are the sums of the others.
import type { Manifest } from '../src/plan/manifest.ts'

export interface FloorOptions {
  readonly manifest: Manifest
  /** Slots run before the clock is started. */
  readonly warmUpSlots: number
  readonly measuredSlots: number
}

export interface Floor {
  readonly msPerSlot: number
  /** Signatures made, the block's own included; as many are verified. */
  readonly signaturesPerSlot: number
}

export async function measureFloor({ manifest, warmUpSlots, measuredSlots }: FloorOptions): Promise<Floor> {
  const { activatePreset } = await import('../src/genesis/preset.ts')
  activatePreset(manifest.chain)
  // It loads the protocol libraries, which take the chain's constants when they are loaded.
  const { FloorChain } = await import('./floor-chain.ts')
  const chain = await FloorChain.start(manifest)
  for (let slot = 1; slot <= warmUpSlots; slot++) chain.runSlot(slot)
  const startedSignatures = chain.signatureCount
  const startedMs = performance.now()
  for (let slot = warmUpSlots + 1; slot <= warmUpSlots + measuredSlots; slot++) chain.runSlot(slot)
  return {
    msPerSlot: (performance.now() - startedMs) / measuredSlots,
    signaturesPerSlot: (chain.signatureCount - startedSignatures) / measuredSlots,
  }
}
