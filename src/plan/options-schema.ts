import { z } from 'zod'
import { limits, namePattern, nameRule } from './limits.ts'
import { type ForkName, validatorClientKinds } from './manifest.ts'
import type {
  AccountsOptions,
  AddedNodeOptions,
  DistributionOption,
  NetworkOptions,
  NodeOptions,
  NodeReference,
  TopologyOption,
  ValidatorsOptions,
} from './options.ts'
import { optionErrorFrom } from './schema-issue.ts'

/** A shape with a schema for every key of a type, and for no other key. */
type ShapeOf<Options> = Record<keyof Options, z.ZodType>

/**
 * Checks the shape and the bounds of network options from outside: no key that is not one, no number out
 * of its range. What depends on several options is checked where the plan decides it.
 *
 * @throws OptionError for the first thing that is wrong.
 */
export function parseNetworkOptions(input: unknown): NetworkOptions {
  const result = networkOptions.safeParse(input)
  if (!result.success) throw optionErrorFrom(result.error, input)
  return result.data
}

/**
 * Checks the shape and the bounds of the options of a node that is added.
 *
 * @throws OptionError for the first thing that is wrong.
 */
export function parseAddedNodeOptions(input: unknown): AddedNodeOptions {
  const result = addedNodeOptions.safeParse(input)
  if (!result.success) throw optionErrorFrom(result.error, input)
  return result.data
}

function integer(min: number, max: number) {
  const error = `an integer from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

function text(error: string, maxLength: number) {
  return z.string({ error }).max(maxLength, { error })
}

function oneOf<const Names extends readonly string[]>(names: Names) {
  return z.enum(names, { error: names.join(', ') })
}

function closedObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : `an object with ${keys}`),
  })
}

const name = text(nameRule, limits.nameLength).regex(namePattern, { error: nameRule })
const clientName = text('the name of a client', limits.nameLength)
const mnemonic = text('a BIP-39 mnemonic in English', 1000)
const validatorCount = integer(0, limits.validators)

const nodeReference: z.ZodType<NodeReference> = z.union(
  [integer(0, limits.nodes - 1), text('a node', limits.nameLength)],
  { error: 'the index or the name of a node' },
)

const node: z.ZodType<NodeOptions> = closedObject({
  name: name.optional(),
  execution: clientName.optional(),
  consensus: clientName.optional(),
  count: integer(1, limits.nodes).optional(),
  validators: validatorCount.optional(),
  validatorClient: oneOf(validatorClientKinds).optional(),
} satisfies ShapeOf<NodeOptions>)

const nodesRule = `an integer from 1 to ${limits.nodes}, or a list of nodes`
const nodes = z.union(
  [
    integer(1, limits.nodes),
    z.array(node).min(1, { error: nodesRule }).max(limits.nodes, { error: nodesRule }),
  ],
  { error: nodesRule },
)

const distribution: z.ZodType<DistributionOption> = z.union(
  [
    oneOf(['even', 'weighted', 'single', 'random']),
    z.array(validatorCount).max(limits.nodes, { error: 'one number for each node' }),
    z.discriminatedUnion(
      'kind',
      [
        closedObject({
          kind: z.literal('weighted'),
          weights: z
            .array(integer(0, limits.weight), { error: 'a list with one integer for each node' })
            .max(limits.nodes, { error: 'a list with one integer for each node' }),
        }),
        closedObject({ kind: z.literal('single'), node: nodeReference }),
      ],
      { error: 'weighted, single' },
    ),
  ],
  {
    error:
      "'even', 'weighted', 'single', 'random', a list with one number for each node, " +
      "{ kind: 'weighted', weights } or { kind: 'single', node }",
  },
)

const validators: z.ZodType<number | ValidatorsOptions> = z.union(
  [
    integer(1, limits.validators),
    closedObject({
      count: integer(1, limits.validators).optional(),
      distribution: distribution.optional(),
      keys: z
        .union([z.literal('interop'), closedObject({ mnemonic })], { error: "'interop' or { mnemonic }" })
        .optional(),
    } satisfies ShapeOf<ValidatorsOptions>),
  ],
  { error: `an integer from 1 to ${limits.validators}, or an object with count, distribution, keys` },
)

const topology: z.ZodType<TopologyOption> = z.union(
  [
    oneOf(['full-mesh', 'star', 'ring', 'line', 'random']),
    z.discriminatedUnion(
      'kind',
      [
        closedObject({ kind: z.literal('star'), hub: nodeReference.optional() }),
        closedObject({ kind: z.literal('random'), degree: integer(1, limits.nodes - 1).optional() }),
      ],
      { error: 'star, random' },
    ),
    closedObject({
      edges: z.array(
        z.tuple([nodeReference, nodeReference], { error: 'a pair of nodes, each by index or by name' }),
        { error: 'a list of pairs of nodes' },
      ),
      allowDisconnected: z.boolean({ error: 'true or false' }).optional(),
    }),
  ],
  {
    error:
      "'full-mesh', 'star', 'ring', 'line', 'random', { kind: 'star', hub }, " +
      "{ kind: 'random', degree } or { edges: [[a, b], …] }",
  },
)

const accounts: z.ZodType<number | AccountsOptions> = z.union(
  [
    integer(0, limits.accounts),
    closedObject({
      count: integer(0, limits.accounts).optional(),
      mnemonic: mnemonic.optional(),
      balanceEther: integer(0, limits.balanceEther).optional(),
    } satisfies ShapeOf<AccountsOptions>),
  ],
  { error: `an integer from 0 to ${limits.accounts}, or an object with count, mnemonic, balanceEther` },
)

const epoch = integer(0, limits.epoch).optional()
const forks = closedObject({ deneb: epoch, electra: epoch, fulu: epoch } satisfies Record<
  ForkName,
  z.ZodType
>)

const networkOptions: z.ZodType<NetworkOptions> = closedObject({
  name: name.optional(),
  seed: integer(0, limits.seed).optional(),
  nodes: nodes.optional(),
  validators: validators.optional(),
  validatorBalanceGwei: integer(limits.validatorBalanceGwei.min, limits.validatorBalanceGwei.max).optional(),
  topology: topology.optional(),
  accounts: accounts.optional(),
  chainId: integer(1, limits.chainId).optional(),
  preset: oneOf(['mainnet', 'minimal']).optional(),
  slotDurationMs: integer(limits.slotDurationMs.min, limits.slotDurationMs.max).optional(),
  slotsPerEpoch: integer(limits.slotsPerEpoch.min, limits.slotsPerEpoch.max).optional(),
  epochsPerSyncCommitteePeriod: integer(
    limits.epochsPerSyncCommitteePeriod.min,
    limits.epochsPerSyncCommitteePeriod.max,
  ).optional(),
  forks: forks.optional(),
  time: oneOf(['real', 'virtual']).optional(),
  genesisTime: integer(1, limits.genesisTime).optional(),
} satisfies ShapeOf<NetworkOptions>)

const peersRule = 'a list with the name of at least one node'
const addedNodeOptions: z.ZodType<AddedNodeOptions> = closedObject({
  name: name.optional(),
  execution: clientName.optional(),
  consensus: clientName.optional(),
  peers: z
    .array(text('the name of a node', limits.nameLength), { error: peersRule })
    .min(1, { error: peersRule })
    .max(limits.nodes, { error: peersRule })
    .optional(),
} satisfies ShapeOf<AddedNodeOptions>)
