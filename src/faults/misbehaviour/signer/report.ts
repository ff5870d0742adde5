import type { SlashingMessage } from '../slashings.ts'
import { submitEverywhere } from '../submit-everywhere.ts'
import { forkAt, type SignerTools } from './signer-tools.ts'

/** Publishes the proof of a contradiction, as a slasher that has seen both messages would. */
export async function report(tools: SignerTools, proof: SlashingMessage): Promise<void> {
  const { clock, everywhere, signal } = tools
  await submitEverywhere(everywhere(), proof, { version: forkAt(tools, clock.currentSlot), signal })
}
