import type { Devp2pEvent } from '../links/devp2p/devp2p-event.ts'
import { peerFaults, type WireEvent } from '../links/libp2p/wire-event.ts'
import type { NodeLog } from './node-log.ts'

/** Writes what happens on a beacon node's sockets into the node's log. */
export function reportWire(log: NodeLog, event: WireEvent): void {
  switch (event.kind) {
    case 'peer-dropped': {
      const { peerId, fault, detail, restMs } = event
      log.warn('peer dropped', { peer: peerId, fault, why: peerFaults[fault], detail, restMs })
      return
    }
    case 'dial-failed': {
      const { peerId, address, port, failures, reason } = event
      log.warn('peer cannot be dialled', { peer: peerId, address, port, failures, reason })
      return
    }
    case 'connection-refused':
      log.warn('connection refused', { peer: event.peerId, reason: event.reason })
  }
}

/** Writes what happens on an execution node's sockets into the node's log. */
export function reportDevp2p(log: NodeLog, event: Devp2pEvent): void {
  switch (event.kind) {
    case 'peer-connected':
      log.info('execution peer connected', { peer: event.nodeId, client: event.clientId })
      return
    case 'peer-gone':
      log.info('execution peer gone', { peer: event.nodeId, reason: event.reason })
      return
    case 'peer-dropped': {
      const { nodeId, fault, detail, restMs } = event
      log.warn('execution peer dropped', { peer: nodeId, fault, detail, restMs })
      return
    }
    case 'dial-failed': {
      const { nodeId, address, port, failures, reason } = event
      log.warn('execution peer cannot be dialled', { peer: nodeId, address, port, failures, reason })
      return
    }
    case 'connection-refused':
      log.warn('execution connection refused', { peer: event.nodeId, reason: event.reason })
  }
}
