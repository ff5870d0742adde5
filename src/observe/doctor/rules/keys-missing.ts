import type { Rule } from '../diagnosis.ts'
import type { Evidence, NodeEvidence } from '../evidence.ts'
import { isBehind } from '../reading/engine.ts'
import { answeringNodes } from '../reading/nodes.ts'
import { activeStake, heldBy, offlineValidators } from '../reading/stake.ts'
import { silentValidators } from '../reading/votes.ts'
import { percent, validatorsText } from '../reading/words.ts'

/** Active validators whose keys no node has, or has but does not sign with. */
export const keysMissing: Rule = (evidence) => {
  if (answeringNodes(evidence).length === 0) return undefined
  const stake = activeStake(evidence)
  const given = new Set(evidence.nodes.flatMap(heldBy))
  const unheld = stake.indices.filter((index) => !given.has(index))
  const offline = new Set(offlineValidators(evidence))
  const mute = mutedNodes(evidence).map(({ node, silent }) => ({
    node,
    silent: silent.filter((index) => !offline.has(index)),
  }))
  const unused = mute.flatMap(({ silent }) => silent)
  if (unheld.length + unused.length === 0) return undefined
  const missing = [...unheld, ...unused]
  return {
    cause: 'keys-missing',
    summary: `Nobody signs for ${validatorsText(missing)}, ${percent(stake.shareOf(missing))} of the stake.`,
    evidence: [
      ...(unheld.length > 0
        ? [`No node of the network was given the keys of ${validatorsText(unheld)}.`]
        : []),
      ...mute
        .filter(({ silent }) => silent.length > 0)
        .map(
          ({ node, silent }) =>
            `${node.name} runs and is in sync, but ${validatorsText(silent)}, which it was given, did not vote in epoch ${node.consensus.votes?.epoch}.`,
        ),
    ],
    advice: [
      'Give the keys to a node, or exit the validators. A removed node takes its keys with it: stop a node that is to come back instead.',
      'Where a node has them, see whether its validator client runs with them: `eth-localnet logs <node>`.',
    ],
  }
}

/** Nodes that could have voted for a whole epoch, and all whose validators nobody saw vote in it. */
function mutedNodes(evidence: Evidence): { node: NodeEvidence; silent: number[] }[] {
  return answeringNodes(evidence)
    .filter((node) => node.held.count > 0 && wasThere(node, evidence) && !isBehind(node, evidence))
    .flatMap((node) => {
      const everSilent = new Set(silentValidators(evidence, node.consensus.votes?.epoch)?.indices)
      const silent = heldBy(node).filter((index) => everSilent.has(index))
      return silent.length === node.held.count ? [{ node, silent }] : []
    })
}

/** Whether it has been running since the epoch began that is looked at; epoch 0 is full of clients that start. */
function wasThere({ consensus: { votes }, unhinderedSinceMs }: NodeEvidence, { chain }: Evidence): boolean {
  if (votes === undefined || votes.epoch < 1) return false
  const epochMs = chain.slotsPerEpoch * chain.slotDurationMs
  const epochStartMs = chain.genesisTime * 1000 + votes.epoch * epochMs
  return unhinderedSinceMs === undefined || unhinderedSinceMs <= epochStartMs
}
