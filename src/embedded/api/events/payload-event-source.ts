import type { EventEmitter } from 'node:events'
import { routes } from '@lodestar/api'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { PayloadRequested } from '../../production/payload-preparation.ts'
import type { EventSource } from './event-hub.ts'

export interface PayloadEvents {
  requested: [event: PayloadRequested]
}

/** `payload_attributes`: what a payload is made of that the execution client has been asked to begin. */
export function payloadEventSource(chain: BeaconChain, payloads: EventEmitter<PayloadEvents>): EventSource {
  return (hub) => {
    const onRequested = (requested: PayloadRequested) => {
      if (!hub.wants(routes.events.EventType.payloadAttributes)) return
      const message = payloadAttributes(chain, requested)
      if (message !== undefined) hub.emit({ type: routes.events.EventType.payloadAttributes, message })
    }
    payloads.on('requested', onRequested)
    return () => {
      payloads.off('requested', onRequested)
    }
  }
}

type Message = routes.events.EventData[routes.events.EventType.payloadAttributes]

/** Undefined when the parent is gone by now. */
function payloadAttributes(chain: BeaconChain, requested: PayloadRequested): Message | undefined {
  const { slot, proposerIndex, parentRoot, attributes } = requested
  const parent = chain.state(parentRoot)
  if (parent === undefined) return undefined
  const { latestExecutionPayloadHeader: header } = parent as Extract<
    typeof parent,
    { latestExecutionPayloadHeader: unknown }
  >
  return {
    version: chain.protocol.config.getForkName(slot),
    data: {
      proposerIndex,
      proposalSlot: slot,
      parentBlockNumber: header.blockNumber,
      parentBlockRoot: Buffer.from(parentRoot.slice(2), 'hex'),
      parentBlockHash: header.blockHash,
      payloadAttributes: {
        timestamp: attributes.timestamp,
        prevRandao: attributes.prevRandao,
        suggestedFeeRecipient: `0x${Buffer.from(attributes.suggestedFeeRecipient).toString('hex')}`,
        withdrawals: [...attributes.withdrawals],
        parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
      },
    },
  }
}
