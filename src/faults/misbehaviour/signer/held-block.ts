import { messageOf } from '../../../errors.ts'
import { makeOwnBlock, type OwnBlock } from './own-block.ts'
import { honestSigner, type SignerConduct } from './signer-conduct.ts'
import type { SignerTools } from './signer-tools.ts'

/**
 * The block is made in time, and published when told; one whose moment has come already goes out at once.
 *
 * @param publishAtMs Unix time of the publication of a slot's block
 */
export function heldBlock(tools: SignerTools, publishAtMs: (slot: number) => number): SignerConduct {
  return {
    ...honestSigner,
    async propose(duty) {
      const block = await makeOwnBlock(tools, duty, 'eth-localnet held block')
      // The client is not kept waiting.
      void publishLater(tools, block, publishAtMs(duty.slot))
      return false
    },
  }
}

async function publishLater(
  { clock, own, signal, log }: SignerTools,
  block: OwnBlock,
  timeMs: number,
): Promise<void> {
  const { slot } = block.header
  try {
    if (timeMs > clock.nowMs) await clock.sleep(timeMs - clock.nowMs, signal)
    await block.publish(own())
    log.info('published a block that was held until now', { slot })
  } catch (error) {
    if (!signal.aborted) log.error(`could not publish a block that was held: ${messageOf(error)}`, { slot })
  }
}
