import { maxNodes } from './addresses.ts'
import type { CapabilityRegistry, ClientCapabilities } from './capabilities.ts'
import { chooseClients } from './chosen-client.ts'
import { namePattern, nameRule } from './limits.ts'
import type { ValidatorClientKind } from './manifest.ts'
import { OptionError } from './option-error.ts'
import type { NetworkOptions, NodeOptions } from './options.ts'

export const defaultNodeCount = 4

/** A node as the options describe it, before anything is derived or shared out. */
export interface NodeDraft {
  readonly name: string
  readonly execution: ClientCapabilities
  readonly consensus: ClientCapabilities
  /** Validators that the options give this node itself. */
  readonly validators: number | undefined
  readonly validatorClient: ValidatorClientKind
  /** Path of the option that describes it, for errors. */
  readonly field: string
}

/**
 * The nodes in order, one draft each.
 *
 * @throws OptionError for too many nodes, unknown clients and names that are taken or not allowed.
 */
export function draftNodes(nodes: NetworkOptions['nodes'], registry: CapabilityRegistry): NodeDraft[] {
  const entries = typeof nodes === 'object' ? nodes : [{ count: nodes ?? defaultNodeCount }]
  const total = entries.reduce((sum, entry) => sum + (entry.count ?? 1), 0)
  if (total > maxNodes) {
    throw new OptionError({
      field: 'nodes',
      problem: `${total} nodes are more than there are ports for`,
      allowed: `at most ${maxNodes} nodes`,
    })
  }
  const drafts: NodeDraft[] = []
  for (const [position, entry] of entries.entries()) {
    const field = typeof nodes === 'object' ? `nodes[${position}]` : 'nodes'
    drafts.push(...draftEntry(entry, field, drafts.length, registry))
  }
  checkNames(drafts)
  return drafts
}

/** The name of a node that was given none. */
export function defaultNodeName(index: number): string {
  return `node-${index}`
}

function draftEntry(
  entry: NodeOptions,
  field: string,
  firstIndex: number,
  registry: CapabilityRegistry,
): NodeDraft[] {
  const { name, count = 1, validators, validatorClient = 'own' } = entry
  const { execution, consensus } = chooseClients(registry, entry, field)
  const nameOf = (position: number) => {
    if (name === undefined) return defaultNodeName(firstIndex + position)
    return count === 1 ? name : `${name}-${position}`
  }
  return Array.from({ length: count }, (_, position) => ({
    name: nameOf(position),
    execution,
    consensus,
    validators,
    validatorClient,
    field,
  }))
}

function checkNames(drafts: readonly NodeDraft[]): void {
  const firstField = new Map<string, string>()
  for (const { name, field } of drafts) {
    const taken = firstField.get(name)
    if (taken !== undefined) {
      throw new OptionError({
        field: `${field}.name`,
        problem: `the name is taken by ${taken}`,
        given: name,
        allowed: 'a name that no other node has',
      })
    }
    // A number behind a name of the full length makes it too long.
    if (!namePattern.test(name)) {
      throw new OptionError({ field: `${field}.name`, given: name, allowed: nameRule })
    }
    firstField.set(name, field)
  }
}
