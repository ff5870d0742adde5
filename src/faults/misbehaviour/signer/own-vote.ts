import { z } from 'zod'
import type { BeaconApi } from '../../../apis/beacon-api.ts'
import type { AttestationData } from '../signing-roots.ts'
import { dataJson, type SignedVote } from '../slashings.ts'
import { forkAt, type SignerDuty, type SignerTools } from './signer-tools.ts'

const index = z.string().regex(/^\d+$/)
const dutiesSchema = z.object({ data: z.array(z.object({ committee_index: index })).length(1) })

/** Signs a vote in place of the validator's client, or beside it. */
export function signVote({ signer, validatorIndex }: SignerDuty, data: AttestationData): SignedVote {
  return { validatorIndex, data, signature: signer.signAttestation(data) }
}

/** Publishes a vote at a node (`SingleAttestation`, electra/beacon-chain.md). */
export async function publishVote(tools: SignerTools, vote: SignedVote, api: BeaconApi): Promise<void> {
  const { clock, own, signal } = tools
  const { data, signature } = vote
  const attester = String(vote.validatorIndex)
  const path = `/eth/v1/validator/duties/attester/${clock.epochOf(data.slot)}`
  const duties = await own().post(path, [attester], dutiesSchema, { signal })
  const committee = duties.data[0]?.committee_index
  const single = { committee_index: committee, attester_index: attester, data: dataJson(data), signature }
  const version = forkAt(tools, data.slot)
  await api.submit('/eth/v2/beacon/pool/attestations', [single], { version, signal })
}
