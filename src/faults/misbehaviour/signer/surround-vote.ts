import type { AttestationData } from '../signing-roots.ts'
import { attesterSlashing, type SignedVote } from '../slashings.ts'
import { publishVote, signVote } from './own-vote.ts'
import { report } from './report.ts'
import { honestSigner, type SignerConduct } from './signer-conduct.ts'
import type { SignerTools, VoteDuty } from './signer-tools.ts'

const zeroRoot = `0x${'00'.repeat(32)}`

/**
 * Lets the client vote once, and in the next turn votes in its place from an older source to a later target,
 * so that the later vote surrounds the earlier one; then begins anew. No source is older than genesis: a vote
 * from epoch 0 cannot be surrounded, and the one after it is the client's too.
 */
export class SurroundVote implements SignerConduct {
  readonly #tools: SignerTools
  readonly #isReported: boolean
  /** The client's vote of each validator that is to be surrounded. */
  readonly #clientVotes = new Map<number, SignedVote>()

  constructor(tools: SignerTools, isReported: boolean) {
    this.#tools = tools
    this.#isReported = isReported
  }

  readonly propose = honestSigner.propose
  readonly signsOthers = honestSigner.signsOthers
  readonly attest = (duty: VoteDuty) => this.#attest(duty)

  async #attest(duty: VoteDuty): Promise<boolean> {
    const { data, validatorIndex } = duty
    const last = this.#clientVotes.get(validatorIndex)
    if (last === undefined || !canSurround(last.data, data)) {
      this.#clientVotes.set(validatorIndex, signVote(duty, data))
      return true
    }
    this.#clientVotes.delete(validatorIndex)
    const source = await this.#checkpoint(last.data.source.epoch - 1)
    const vote = signVote(duty, { ...data, source })
    await publishVote(this.#tools, vote, this.#tools.own())
    if (this.#isReported) await report(this.#tools, attesterSlashing([vote, last]))
    return false
  }

  /** As the chain has it: the last block at the start of that epoch. */
  async #checkpoint(epoch: number): Promise<AttestationData['source']> {
    const { clock, own, signal } = this.#tools
    for (let slot = epoch * clock.slotsPerEpoch; slot > 0; slot--) {
      const header = await own().header(slot, { signal })
      if (header !== undefined) return { epoch, root: header.root }
    }
    return { epoch, root: zeroRoot }
  }
}

function canSurround(last: AttestationData, next: AttestationData): boolean {
  return last.source.epoch > 0 && last.target.epoch < next.target.epoch
}
