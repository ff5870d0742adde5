import { type Conduct, honestConduct } from '../conduct.ts'
import type { Deed } from '../deed.ts'
import { proposerSlashing } from './evidence.ts'
import type { MisconductTools } from './misconduct-tools.ts'

const secondGraffiti = 'eth-localnet second block'

/** Proposes two blocks in one slot. */
export function equivocatingBlockConduct(
  tools: MisconductTools,
  {
    audience = 'split',
    isReported = false,
  }: Pick<Extract<Deed, { kind: 'equivocating-block' }>, 'audience' | 'isReported'>,
): Conduct {
  const { chain, publisher, unprotected } = tools
  return {
    ...honestConduct,
    async propose(proposal) {
      const first = await proposal.make()
      const second = await proposal.make(secondGraffiti)
      if (first === undefined || second === undefined) return
      const signed = proposal.sign(first)
      const contradiction = unprotected.signBlock(second.block, second.root)
      await Promise.all([
        proposal.publish(signed, first.blobs),
        secondPublisher(tools, audience).publishBlock(chain.protocol.signedBlock(contradiction)),
      ])
      if (!isReported) return
      const slashing = proposerSlashing(chain.protocol.config, [signed, contradiction])
      await publisher.publishProposerSlashing(slashing)
    },
  }
}

function secondPublisher({ elsewhere, unjudged }: MisconductTools, audience: 'split' | 'all') {
  return audience === 'all' ? unjudged : (elsewhere() ?? unjudged)
}
