/**
 * The fork choice of the specification, word for word: phase0/fork-choice.md of consensus-specs 1.7.0 with
 * Fulu's `get_proposer_head`, `should_override_forkchoice_update` of bellatrix/fork-choice.md (up to 1.6), and
 * the removal of invalidated blocks of bellatrix/optimistic-sync.md. Slow on purpose: maps, recursion and no
 * cache, in the specification's order and under its names, so that it can be read against the text.
 */

export * from './reference/handlers.ts'
export * from './reference/head.ts'
export * from './reference/proposer-head.ts'
export * from './reference/store.ts'
