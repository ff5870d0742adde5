import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BaseError } from '../errors.ts'
import { isSameProcess, type ProcessIdentity, processStartTime } from './process-identity.ts'

/**
 * A lock between processes, kept in a directory: whoever wants it puts a file there, its claim, named
 * after itself, and has the lock when no other claim of a living process is in the directory.
 *
 * Why not one lock file: taking it over from a dead holder means deleting it, and a process that is slow
 * to do so deletes the file of whoever took it over in the meantime. A claim's name is never used again,
 * so a dead one can be deleted by anybody at any time, and since each puts its claim there before it
 * looks, of two who want the lock at least one sees the other. Local file systems only.
 */
export interface LockHolder extends ProcessIdentity {
  /** Machine, and on Linux the pid namespace (container), in which the pid means something. */
  readonly host: string
}

export interface FileLock extends Disposable {
  readonly path: string
  /** Gives the lock back; may be called more than once. */
  release(): void
}

export interface FileLockOptions {
  /**
   * Whether a holder is still there.
   *
   * @default asks the system. Holders of another machine or container cannot be asked for: they count as
   * alive until their claim is deleted.
   */
  readonly isAlive?: (holder: LockHolder) => boolean
}

export interface WaitForLockOptions extends FileLockOptions {
  /** @default 15 minutes */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Called whenever it is found held by someone else than before. */
  readonly onWait?: (holder: LockHolder) => void
}

const pollIntervalMs = 100
const defaultTimeoutMs = 15 * 60_000

export class FileLockTimeoutError extends BaseError {
  constructor(path: string, holder: LockHolder, timeoutMs: number) {
    super({
      code: 'lock-timeout',
      category: 'start',
      shortMessage: `Another process still holds the lock ${path} after ${Math.round(timeoutMs / 1000)} s.`,
      metaMessages: [
        `Holder: pid ${holder.pid} on ${holder.host}.`,
        'Wait for it, or end it. If it is gone for good (another machine or container), delete that directory.',
      ],
      facts: { path, holder, timeoutMs },
    })
  }
}

/** Takes the lock if nobody has it; otherwise tells at once who does. */
export async function tryFileLock(
  path: string,
  options: FileLockOptions = {},
): Promise<FileLock | LockHolder> {
  const seen = new Set<string>()
  for (;;) {
    const outcome = attempt(path, options)
    if (!('claims' in outcome)) return outcome
    // Two who try at the same moment both step back; a claim that is seen twice belongs to a holder.
    const holder = outcome.claims.find(({ name }) => seen.has(name))
    if (holder) return holder.holder
    for (const { name } of outcome.claims) seen.add(name)
    await delay(5 + Math.random() * 20)
  }
}

/** Narrows what {@link tryFileLock} returned. */
export function isFileLock(outcome: FileLock | LockHolder): outcome is FileLock {
  return 'release' in outcome
}

/**
 * Waits for the lock. Not fair: of several who wait any may be next.
 *
 * @throws {FileLockTimeoutError} when it is not free in time.
 * @throws the signal's reason when aborted.
 */
export async function acquireFileLock(path: string, options: WaitForLockOptions = {}): Promise<FileLock> {
  const { timeoutMs = defaultTimeoutMs, signal, onWait } = options
  const end = performance.now() + timeoutMs
  let reported: number | undefined
  for (;;) {
    signal?.throwIfAborted()
    const outcome = await tryFileLock(path, options)
    if (isFileLock(outcome)) return outcome
    if (performance.now() >= end) throw new FileLockTimeoutError(path, outcome, timeoutMs)
    if (outcome.pid !== reported) onWait?.(outcome)
    reported = outcome.pid
    await delay(pollIntervalMs * (0.5 + Math.random()))
  }
}

interface Claim {
  readonly name: string
  readonly holder: LockHolder
}

function attempt(path: string, { isAlive = isHolderAlive }: FileLockOptions): FileLock | { claims: Claim[] } {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  // A look before the claim keeps those who wait from standing in each other's way.
  const before = livingClaims(path, isAlive)
  if (before.length > 0) return { claims: before }
  const own = claimName(ownHolder())
  const release = () => rmSync(join(path, own), { force: true })
  closeSync(openSync(join(path, own), 'wx', 0o600))
  try {
    const others = livingClaims(path, isAlive).filter(({ name }) => name !== own)
    if (others.length === 0) return { path, release, [Symbol.dispose]: release }
    release()
    return { claims: others }
  } catch (error) {
    release()
    throw error
  }
}

function livingClaims(path: string, isAlive: (holder: LockHolder) => boolean): Claim[] {
  return readdirSync(path).flatMap((name) => {
    const holder = parseClaimName(name)
    if (holder && isAlive(holder)) return [{ name, holder }]
    // The claim of a dead process; a file that is no claim is not ours to delete.
    if (holder) rmSync(join(path, name), { force: true })
    return []
  })
}

function isHolderAlive(holder: LockHolder): boolean {
  return holder.host === ownHost() ? isSameProcess(holder) : true
}

function ownHolder(): LockHolder {
  const startTime = processStartTime(process.pid)
  if (startTime !== undefined) return { pid: process.pid, startTime, host: ownHost() }
  throw new BaseError({
    code: 'process-identity',
    category: 'start',
    shortMessage: 'Locks need the start time of processes, and this system does not tell it.',
    metaMessages: ['Linux needs /proc to be mounted; other systems need the `ps` command.'],
    facts: { pid: process.pid, platform: process.platform },
  })
}

function ownHost(): string {
  return `${hostname()} ${pidNamespace()}`.trim()
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return '' // Not Linux: pids are the machine's.
  }
}

/** The holder is in the name, not in the file, because a file appears with its name but not with its content. */
export function claimName({ pid, startTime, host }: LockHolder): string {
  return [pid, startTime, host, randomBytes(6).toString('hex')].map(encodeURIComponent).join('@')
}

function parseClaimName(name: string): LockHolder | undefined {
  const [pid, startTime, host, nonce, ...rest] = name.split('@')
  if (!pid || !/^\d+$/.test(pid) || startTime === undefined || !host || !nonce || rest.length > 0)
    return undefined
  try {
    return { pid: Number(pid), startTime: decodeURIComponent(startTime), host: decodeURIComponent(host) }
  } catch {
    return undefined
  }
}
