import type { SignerDuty, VoteDuty } from './signer-tools.ts'

/**
 * How validators go about what their client asks signatures for. Each resolves to whether the client gets
 * its signature; without it the duty is not done, unless it is done here.
 */
export interface SignerConduct {
  readonly propose: (duty: SignerDuty) => Promise<boolean>
  readonly attest: (duty: VoteDuty) => Promise<boolean>
  /** Whether everything else is signed: randao reveals, aggregates, sync committee messages. */
  readonly signsOthers: boolean
}

export const honestSigner: SignerConduct = {
  propose: async () => true,
  attest: async () => true,
  signsOthers: true,
}
