import type { Socket } from 'node:net'

/** A way for a stream of bytes in each direction: what is written to one end comes out of the other. */
export interface Wire {
  /** On the side of whoever dials. */
  readonly near: Socket
  readonly far: Socket
}

export type OpenWire = () => Promise<Wire>
