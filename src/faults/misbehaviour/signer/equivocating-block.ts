import type { Deed } from '../../../embedded/validator/deed.ts'
import { proposerSlashing } from '../slashings.ts'
import { makeOwnBlock, type OwnBlock } from './own-block.ts'
import { report } from './report.ts'
import { honestSigner, type SignerConduct } from './signer-conduct.ts'
import type { SignerTools } from './signer-tools.ts'

type EquivocatingBlock = Extract<Deed, { kind: 'equivocating-block' }>

/** Two blocks are made and published in one slot, and the client's own is not signed. */
export function equivocatingBlock(
  tools: SignerTools,
  { audience = 'split', isReported = false }: EquivocatingBlock,
): SignerConduct {
  return {
    ...honestSigner,
    async propose(duty) {
      const first = await makeOwnBlock(tools, duty, 'eth-localnet first block')
      const second = await makeOwnBlock(tools, duty, 'eth-localnet second block')
      await (audience === 'split' ? publishApart(tools, first, second) : publishToAll(tools, first, second))
      if (isReported) await report(tools, proposerSlashing([first, second]))
      return false
    },
  }
}

/** At the same moment at two nodes, so that some nodes hear of one first, and some of the other. */
async function publishApart({ own, elsewhere }: SignerTools, first: OwnBlock, second: OwnBlock) {
  await Promise.all([first.publish(own()), second.publish(elsewhere())])
}

/** The second at every node, since nodes pass on but the first block of a slot that they hear of. */
async function publishToAll({ own, everywhere }: SignerTools, first: OwnBlock, second: OwnBlock) {
  await first.publish(own())
  await Promise.all(everywhere().map((api) => second.publish(api)))
}
