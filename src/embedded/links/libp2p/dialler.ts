import type { Connection, IdentifyResult } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2pNode } from './libp2p-node.ts'
import { multiaddrOf, type SocketPeer } from './peer-link.ts'

/** Dials peers, and makes sure that they agree. */
export class Dialler {
  readonly #node: Libp2pNode
  readonly #identified = new WeakSet<Connection>()

  constructor(node: Libp2pNode) {
    this.#node = node
    node.addEventListener('peer:identify', ({ detail }) => this.#identified.add(detail.connection))
  }

  /**
   * A connection is open at our end before the other end has decided whether it wants it. It does when it tells
   * who it is.
   */
  async dial(peer: SocketPeer, signal: AbortSignal): Promise<Connection> {
    const connection = await this.#node.dial(multiaddr(multiaddrOf(peer)), { signal })
    try {
      if (!this.#identified.has(connection)) await this.#identify(connection, signal)
      return connection
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error('The peer was not identified.'))
      throw error
    }
  }

  #identify(connection: Connection, signal: AbortSignal): Promise<void> {
    const node = this.#node
    return new Promise((resolve, reject) => {
      const onIdentify = ({ detail }: CustomEvent<IdentifyResult>) => {
        if (detail.connection === connection) settle(resolve)
      }
      const onClose = () => settle(() => reject(new Error('the peer has closed the connection at once')))
      const onAbort = () => settle(() => reject(signal.reason))
      const settle = (end: () => void) => {
        node.removeEventListener('peer:identify', onIdentify)
        connection.removeEventListener('close', onClose)
        signal.removeEventListener('abort', onAbort)
        end()
      }
      node.addEventListener('peer:identify', onIdentify)
      connection.addEventListener('close', onClose)
      signal.addEventListener('abort', onAbort)
      if (connection.status !== 'open') onClose()
      else if (signal.aborted) onAbort()
    })
  }
}
