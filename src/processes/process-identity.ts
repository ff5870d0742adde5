import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process, told apart from every later process that is given the same pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque: compare for equality only. */
  readonly startTime: string
}

/**
 * When a running process was started, as an opaque string, or undefined when there is no such process.
 * A zombie counts as gone: it runs nothing any more and only waits for its parent to read its exit status.
 *
 * Synchronous, so that a pid can be recorded before anything else happens to it.
 */
export function processStartTime(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid)
}

/** Whether the process that was recorded is still the one that runs under its pid. */
export function isSameProcess({ pid, startTime }: ProcessIdentity): boolean {
  return processStartTime(pid) === startTime
}

/**
 * State and start time, in clock ticks since boot, out of `/proc/<pid>/stat` (proc(5), fields 3 and 22).
 * The second field is the command's name in brackets and may itself hold spaces and brackets.
 */
export function parseProcStat(stat: string): { state: string; startTicks: string } | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 1).trim()
  const [state, ...rest] = afterName.split(/\s+/)
  const startTicks = rest[18]
  if (!state || !startTicks || !/^\d+$/.test(startTicks)) return undefined
  return { state, startTicks }
}

/** State and start date out of `ps -o stat= -o lstart=`. */
export function parsePsLine(line: string): { state: string; startDate: string } | undefined {
  const [state, ...date] = line.trim().split(/\s+/)
  if (!state || date.length === 0) return undefined
  return { state, startDate: date.join(' ') }
}

function startTimeFromProc(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  const parsed = stat === undefined ? undefined : parseProcStat(stat)
  if (!parsed || parsed.state === 'Z' || parsed.state === 'X') return undefined
  // Ticks count from boot, so after a reboot the same pid can have the same ticks: the boot's id tells.
  const bootId = readIfThere('/proc/sys/kernel/random/boot_id') ?? ''
  return `${parsed.startTicks}-${bootId.trim()}`
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process ended before or while it was read (ENOENT, ESRCH), or the file cannot be seen at all.
    return undefined
  }
}

/** For systems without /proc. Start times of this and of /proc are never compared with each other. */
export function startTimeFromPs(pid: number): string | undefined {
  let line: string
  try {
    line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      // The date is printed in local time and language: every reader must get the same text.
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    })
  } catch {
    return undefined // ps exits with 1 when there is no such process.
  }
  const parsed = parsePsLine(line)
  return parsed?.state.startsWith('Z') ? undefined : parsed?.startDate
}
