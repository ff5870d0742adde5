import type { SyncingStatus } from '../../../apis/beacon-api.ts'
import type { ConsensusEvidence, SyncingEvidence, VotesEvidence } from '../evidence.ts'
import { type Subject, type SubjectNode, slotAt } from '../subject.ts'
import { askFinality, askForkSchedule, askSilent, askSpec, askTree } from './beacon-questions.ts'
import { type Answer, ask, askFor } from './bounded.ts'

/** More validators than this are not asked about one by one. */
export const validatorsAskedMax = 8_192

/** Everything that a node's Beacon API tells. When it does not answer the first question, no more are asked. */
export async function examineConsensus(
  subject: Subject,
  { beaconApi }: SubjectNode,
): Promise<ConsensusEvidence> {
  const { signal } = subject
  const { url } = beaconApi
  const { answer, syncing } = await examineSyncing(subject, beaconApi)
  if (answer.problem !== undefined) return { url, problem: answer.problem }
  const [genesis, spec, forkSchedule, peers, header, finality, tree, votes] = await Promise.all([
    askFor((options) => beaconApi.genesis(options), { signal }),
    askFor((options) => askSpec(beaconApi, options), { signal }),
    askFor((options) => askForkSchedule(beaconApi, options), { signal }),
    askFor((options) => beaconApi.connectedPeers(options), { signal }),
    askFor((options) => beaconApi.header('head', options), { signal }),
    askFor((options) => askFinality(beaconApi, options), { signal }),
    askFor((options) => askTree(beaconApi, options), { signal }),
    examineVotes(subject, beaconApi, answer.value.headSlot),
  ])
  return {
    url,
    syncing,
    spec,
    forkSchedule,
    finality,
    tree,
    votes,
    peers: peers && namesOfPeers(subject, peers),
    genesis: genesis && { timeSeconds: genesis.genesisTime, validatorsRoot: genesis.genesisValidatorsRoot },
    head: header && { slot: header.slot, root: header.root },
  }
}

async function examineSyncing(
  subject: Subject,
  api: SubjectNode['beaconApi'],
): Promise<{ answer: Answer<SyncingStatus>; syncing: SyncingEvidence | undefined }> {
  const first = slotAt(subject, subject.nowMs())
  const answer = await ask((options) => api.syncing(options), { signal: subject.signal })
  const last = slotAt(subject, subject.nowMs())
  if (answer.problem !== undefined) return { answer, syncing: undefined }
  const { syncDistance, ...said } = answer.value
  // Head and distance together are the slot that the node takes for the present one.
  const ownSlot = said.headSlot + syncDistance
  return { answer, syncing: { ...said, ownSlot, askedDuring: { first, last } } }
}

/** The epoch before that of the head is the newest of which all votes can be in the chain. */
async function examineVotes(
  { manifest, signal }: Subject,
  api: SubjectNode['beaconApi'],
  headSlot: number,
): Promise<VotesEvidence | undefined> {
  const epoch = Math.floor(headSlot / manifest.chain.slotsPerEpoch) - 1
  const asked = manifest.validators.count
  if (epoch < 0 || asked > validatorsAskedMax) return undefined
  const indices = Array.from({ length: asked }, (_, index) => index)
  const silent = await askFor((options) => askSilent(api, epoch, indices, options), { signal })
  return silent && { epoch, silent, asked }
}

function namesOfPeers({ manifest }: Subject, peerIds: readonly string[]): string[] {
  return peerIds.map((id) => manifest.nodes.find(({ libp2p }) => libp2p.peerId === id)?.name ?? id)
}
