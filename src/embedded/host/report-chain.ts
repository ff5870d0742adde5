import type { BeaconNode } from '../beacon-node.ts'
import type { Clock } from '../clock/clock.ts'
import type { HistoryDigest } from './history-digest.ts'
import type { NodeLog } from './node-log.ts'

/** Writes what happens on a node's chain into its log and into the network's history. */
export function reportChain(
  { chain, gossip }: BeaconNode,
  { log, digest, clock, name }: { log: NodeLog; digest: HistoryDigest; clock: Clock; name: string },
): void {
  chain.events.on('block', ({ block: { slot, root, proposerIndex }, isTimely }) => {
    log.info('block imported', { slot, root, proposer: proposerIndex, timely: isTimely })
    digest.add(clock.nowMs, name, 'block', slot, root)
  })
  chain.events.on('head', ({ head, reorg }) => {
    if (reorg !== undefined) {
      log.warn('head was reorged', { slot: head.slot, root: head.root, depth: reorg.depth })
    }
    digest.add(clock.nowMs, name, 'head', head.slot, head.root)
  })
  chain.events.on('justified', ({ checkpoint: { epoch, root } }) => {
    digest.add(clock.nowMs, name, 'justified', epoch, root)
  })
  chain.events.on('finalized', ({ checkpoint: { epoch, root } }) => {
    log.info('epoch finalized', { epoch, root })
    digest.add(clock.nowMs, name, 'finalized', epoch, root)
  })
  chain.events.on('invalid', ({ block: { slot, root }, reason }) => {
    log.warn('block is invalid', { slot, root, reason })
    digest.add(clock.nowMs, name, 'invalid', slot, root)
  })
  gossip.events.on('accept', (message) => {
    if (message.kind !== 'beacon_attestation') return
    const { content, attesterIndex, place } = message.content
    // Before Electra a vote does not name its attester; its place in the committee was found meanwhile.
    digest.add(clock.nowMs, name, 'vote', attesterIndex ?? place?.attesterIndex ?? 'unknown', content.root)
  })
  gossip.events.on('refuse', ({ topic, from, refusal: { verdict, reason } }) => {
    if (verdict === 'reject') log.warn('message rejected', { topic, from, reason })
  })
}
