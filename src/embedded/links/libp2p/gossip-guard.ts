import type { Connection, Stream } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { PeerId } from '../wire.ts'
import { ByteParser, type Reading } from './byte-parser.ts'
import { WireFaultError } from './errors.ts'
import { gossipRpcBytesMax } from './gossip-parameters.ts'
import { readVarint } from './payload.ts'

export type OnGossipFault = (peer: PeerId, error: WireFaultError) => void

/**
 * Looks at what arrives on gossip streams before gossipsub does, which passes over what it cannot decode
 * without saying whose it was.
 */
export function guardedRegistrar(registrar: Registrar, onFault: OnGossipFault): Registrar {
  const handle: Registrar['handle'] = (protocol, handler, options) =>
    registrar.handle(
      protocol,
      (stream, connection) => {
        watch(stream, connection, onFault)
        return handler(stream, connection)
      },
      options,
    )
  return new Proxy(registrar, {
    get: (target, name) => {
      if (name === 'handle') return handle
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function watch(stream: Stream, connection: Connection, onFault: OnGossipFault): void {
  const peer = connection.remotePeer.toString()
  const parser = new ByteParser(readRpc)
  const onMessage = ({ data }: { data: { subarray(): Uint8Array } }) => {
    try {
      for (const _ of parser.push(data.subarray()));
    } catch (error) {
      stream.removeEventListener('message', onMessage)
      if (!(error instanceof WireFaultError)) throw error
      onFault(peer, error)
    }
  }
  stream.addEventListener('message', onMessage)
}

/** A message with its length before it. @throws {WireFaultError} `oversized`, `garbage` */
export function* readRpc(): Reading<void> {
  const size = yield* readVarint()
  if (size > gossipRpcBytesMax) throw new WireFaultError('oversized', `${size} bytes of gossip announced`)
  const rpc = new ByteParser(readField)
  for (const _ of rpc.push(yield size));
  if (!rpc.isBetweenValues) throw new WireFaultError('garbage', 'a gossip message is cut off')
}

/** Sizes of what follows a field's tag, by its wire type (protobuf's encoding guide). */
const fixedBytes: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

function* readField(): Reading<void> {
  const tag = yield* readVarint()
  const wireType = tag % 8
  if (wireType === 0) yield* readVarint()
  else if (wireType === 2) yield yield* readVarint()
  else {
    const bytes = fixedBytes[wireType]
    if (bytes === undefined) throw new WireFaultError('garbage', 'gossip that is no protobuf message')
    yield bytes
  }
}
