import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SecretKey } from '@chainsafe/blst'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { NodeLog } from '../../embedded/host/node-log.ts'
import type { DeedOrder } from '../../embedded/validator/deed.ts'
import { messageOf } from '../../errors.ts'
import { bytesToHex, hexToBytes } from '../../genesis/hex.ts'
import { validatorSecretKeys } from '../../genesis/validator-keys.ts'
import type { Hex, ValidatorKeySource } from '../../plan/manifest.ts'
import { ChainSigner } from './chain-signer.ts'
import { type SignRequest, signRequestSchema } from './sign-request.ts'
import { SignerOrders } from './signer/signer-orders.ts'
import type { SignerTools } from './signer/signer-tools.ts'

const loopback = '127.0.0.1'
/** A request carries a header or an attestation, no block. */
const bodyBytesMax = 2 ** 20

interface Key {
  readonly validatorIndex: number
  readonly secretKey: SecretKey
}

/**
 * Signs for a validator client in a process of its own, by the web3signer protocol
 * (https://consensys.github.io/web3signer, `eth2`), so that its validators can be told to misbehave: without
 * a signature the client does not do its duty, and what else is signed is published here. It has no slashing
 * protection of its own; the validator client's is in force.
 *
 * Everybody on this machine can ask it for signatures: its keys are worth nothing outside of the network.
 */
export class RemoteSigner implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #orders: SignerOrders
  readonly #log: NodeLog
  readonly #closing: AbortController

  private constructor(parts: {
    server: Server
    orders: SignerOrders
    log: NodeLog
    closing: AbortController
  }) {
    const { server, orders, log, closing } = parts
    this.url = `http://${loopback}:${(server.address() as AddressInfo).port}`
    this.#server = server
    this.#orders = orders
    this.#log = log
    this.#closing = closing
  }

  /** Listens on a free port of the loopback interface, with the keys of these validators. */
  static async open(parameters: {
    keys: ValidatorKeySource
    validators: { readonly first: number; readonly count: number }
    tools: Omit<SignerTools, 'signal' | 'log'>
    logFile: string
  }): Promise<RemoteSigner> {
    const { keys, validators, logFile, tools } = parameters
    const log = new NodeLog(logFile, tools.clock)
    const closing = new AbortController()
    const orders = new SignerOrders({ ...tools, log, signal: closing.signal })
    const app = signerApp(loadKeys(keys, validators), orders, log)
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
    server.listen(0, loopback)
    await once(server, 'listening')
    return new RemoteSigner({ server, orders, log, closing })
  }

  /** Gives an order, or takes it back. @throws {FaultError} for a deed that this chain has no messages for */
  set(id: string, order: DeedOrder | undefined): void {
    this.#orders.set(id, order)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#server.close()
    this.#server.closeAllConnections()
    await this.#log.close()
  }
}

function signerApp(keys: ReadonlyMap<string, Key>, orders: SignerOrders, log: NodeLog): Hono {
  const app = new Hono()
  app.use(bodyLimit({ maxSize: bodyBytesMax }))
  app.get('/upcheck', (context) => context.text('OK'))
  app.get('/api/v1/eth2/publicKeys', (context) => context.json([...keys.keys()]))
  app.post('/api/v1/eth2/sign/:identifier', async (context) => {
    const key = keys.get(context.req.param('identifier').toLowerCase())
    if (key === undefined) return context.json({ error: 'no such key' }, 404)
    const body = signRequestSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!body.success) return context.json({ error: 'not a request to sign' }, 400)
    const refusal = await refusalOf(key, body.data, orders)
    if (refusal === undefined) return context.json({ signature: sign(key, body.data) })
    const { type, message } = body.data
    if (message !== undefined)
      log.info(refusal, { refused: type, slot: message.slot, validator: key.validatorIndex })
    // What a web3signer says when its slashing protection refuses.
    return context.json({ error: refusal }, 412)
  })
  return app
}

/** Why the client does not get its signature; undefined when it does. */
async function refusalOf(
  { validatorIndex, secretKey }: Key,
  { message }: SignRequest,
  orders: SignerOrders,
): Promise<string | undefined> {
  try {
    const isAllowed = await orders.allow(
      validatorIndex,
      message,
      ({ domains }) => new ChainSigner(secretKey, domains),
    )
    return isAllowed ? undefined : 'the validator was told to misbehave'
  } catch (error) {
    return `the validator was told to misbehave, and that failed: ${messageOf(error)}`
  }
}

function sign({ secretKey }: Key, { signingRoot }: SignRequest): string {
  return bytesToHex(secretKey.sign(hexToBytes(signingRoot as Hex)).toBytes())
}

function loadKeys(
  source: ValidatorKeySource,
  { first, count }: { readonly first: number; readonly count: number },
): Map<string, Key> {
  const secretKeys = validatorSecretKeys(source, first, count).map((bytes) => SecretKey.fromBytes(bytes))
  return new Map(
    secretKeys.map((secretKey, offset) => {
      const publicKey = bytesToHex(secretKey.toPublicKey().toBytes())
      return [publicKey, { validatorIndex: first + offset, secretKey }]
    }),
  )
}
