import type { EventEmitter } from 'node:events'
import { routes } from '@lodestar/api'
import type { AcceptedMessage, GossipEvents } from '../../gossip/gossip.ts'
import type { BeaconEvent, EventSource } from './event-hub.ts'

const { EventType } = routes.events

/** What has passed the rules of gossip, whether it came from a peer or from this node's own clients. */
export function gossipEventSource(gossip: EventEmitter<GossipEvents>): EventSource {
  return (hub) => {
    const onAccept = (message: AcceptedMessage) => {
      const event = toEvent(message)
      if (event !== undefined) hub.emit(event)
    }
    gossip.on('accept', onAccept)
    return () => {
      gossip.off('accept', onAccept)
    }
  }
}

/** Undefined for messages that the standard has no event for. */
function toEvent(message: AcceptedMessage): BeaconEvent | undefined {
  switch (message.kind) {
    case 'beacon_block': {
      const { slot, root } = message.content
      return { type: EventType.blockGossip, message: { slot, block: root } }
    }
    case 'beacon_attestation':
      return attestationEvent(message.content.value)
    case 'beacon_aggregate_and_proof':
      return { type: EventType.attestation, message: message.content.value.message.aggregate }
    case 'voluntary_exit':
      return { type: EventType.voluntaryExit, message: message.content }
    case 'proposer_slashing':
      return { type: EventType.proposerSlashing, message: message.content }
    case 'attester_slashing':
      return { type: EventType.attesterSlashing, message: message.content }
    case 'sync_committee_contribution_and_proof':
      return { type: EventType.contributionAndProof, message: message.content.value }
    case 'bls_to_execution_change':
      return { type: EventType.blsToExecutionChange, message: message.content.value }
    case 'sync_committee':
      return undefined
  }
}

type AttestationMessageValue = Extract<AcceptedMessage, { kind: 'beacon_attestation' }>['content']['value']

/** Since Electra single attestations are of a type of their own, and have an event of their own. */
function attestationEvent(value: AttestationMessageValue): BeaconEvent {
  return 'attesterIndex' in value
    ? { type: EventType.singleAttestation, message: value }
    : { type: EventType.attestation, message: value }
}
