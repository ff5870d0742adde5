import { z } from 'zod'
import { linkKinds, type Manifest, type NodePorts, validatorClientKinds } from '../plan/manifest.ts'

/** What a network directory remembers, so that the same chain can be continued later. */
export interface SavedNetwork {
  readonly formatVersion: 1
  /** The manifest as first planned, before nodes were added or removed. */
  readonly planned: Manifest
  readonly manifest: Manifest
  /** Unix time, seconds. */
  readonly genesisTime: number
  readonly executionBlockHash: string
  readonly genesisValidatorsRoot: string
  readonly genesisBlockRoot: string
  /** Unix time that virtual time had reached when the network was stopped. */
  readonly virtualTimeMs?: number | undefined
  /** Names of the nodes whose last run did not end by a stop; all of them while the network runs. */
  readonly unclean: readonly string[]
  /** Ports last used, by node name. */
  readonly ports: Readonly<Record<string, NodePorts>>
}

/** The first version had no links in its edges. */
export const manifestFormatVersion: Manifest['formatVersion'] = 2

const count = z.int().nonnegative()
const hex = z.string().regex(/^0x[0-9a-fA-F]*$/)
const port = z.int().min(1).max(65_535)
const portsSchema = z.object({
  executionRpc: port,
  executionEngine: port,
  executionP2p: port,
  consensusApi: port,
  consensusRpc: port,
  consensusP2p: port,
  validatorApi: port,
})
const identitySchema = z.object({ privateKey: hex })
const nodeSchema = z.object({
  index: count,
  // Names become paths below the directory.
  name: z.string().regex(/^[a-z0-9-]+$/),
  execution: z.string(),
  consensus: z.string(),
  validators: z.object({ first: count, count }),
  validatorClient: z.enum(validatorClientKinds),
  address: z.ipv4(),
  ports: portsSchema,
  devp2p: identitySchema.extend({ nodeId: hex }),
  libp2p: identitySchema.extend({ peerId: z.string() }),
  feeRecipient: hex,
})
const linkSchema = z.enum(linkKinds)
const edgeSchema = z.object({
  a: z.string(),
  b: z.string(),
  address: z.ipv4(),
  links: z.object({ execution: linkSchema, consensus: linkSchema }),
})
const manifestSchema = z.object({
  formatVersion: z.literal(manifestFormatVersion),
  name: z.string(),
  seed: z.int(),
  time: z.enum(['real', 'virtual']),
  chain: z.object({
    chainId: count,
    preset: z.enum(['mainnet', 'minimal']),
    slotDurationMs: z.int().positive(),
    slotsPerEpoch: z.int().positive(),
    forks: z.record(z.string(), count),
  }),
  validators: z.object({
    count,
    balanceGwei: count,
    keys: z.object({ kind: z.enum(['interop', 'mnemonic']) }),
  }),
  accounts: z.array(z.object({ address: hex, privateKey: hex, balanceWei: z.string() })),
  nodes: z.array(nodeSchema),
  edges: z.array(edgeSchema),
  next: z.object({ nodeIndex: count, edgeIndex: count }),
})

/** Kept as it is when it has the shape: a copy with its known keys only would compare as another plan. */
const manifest = z.custom<Manifest>((value) => manifestSchema.safeParse(value).success, 'not a manifest')

export const savedNetworkSchema = z.object({
  formatVersion: z.literal(1),
  planned: manifest,
  manifest,
  genesisTime: count,
  executionBlockHash: hex,
  genesisValidatorsRoot: hex,
  genesisBlockRoot: hex,
  virtualTimeMs: count.optional(),
  unclean: z.array(z.string()),
  ports: z.record(z.string(), portsSchema),
})
